// Formulas as MathML, which browsers draw with their own fonts: no styles, no fonts of ours.
import rehypeKatex from "rehype-katex";
import remarkMath from "remark-math";

export const remark = [remarkMath, { singleDollarTextMath: false }];
export const rehype = [rehypeKatex, { output: "mathml" }];
