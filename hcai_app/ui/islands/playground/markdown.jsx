// What a model writes, drawn: Markdown without raw HTML. Links go to the web or to mail; pictures are
// only those that the text itself brings, since nothing is fetched. The elements are Python's.
import rehypeHighlight from "rehype-highlight";
import remarkGfm from "remark-gfm";
import { useEffect, useState } from "react";
import { Streamdown } from "streamdown";

const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,/i;
const FORMULA = /\$\$|\\\(|\\\[/;
// How models write formulas, outside of code, and as the renderer reads them.
const CODE_OR_SIGNS = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)|\\\[([\s\S]*?)\\\]|\\\((.*?)\\\)/g;

const address = (url, name) => ((name === "src" ? PICTURE : LINK).test(url) ? url : "");
const withFormulas = (text) =>
  text.replace(CODE_OR_SIGNS, (all, code, block, line) => (code ? all : `$$${block ?? line}$$`));

// What draws formulas is fetched with the first one.
function useFormulas(isWanted) {
  const [plugins, setPlugins] = useState(null);
  useEffect(() => {
    if (isWanted && !plugins) import("./formulas.mjs").then((it) => setPlugins(it));
  }, [isWanted]);
  return plugins;
}

export default function Markdown({ text, parts }) {
  const [components] = useState(parts); // the same ones, so that finished blocks stay as they are
  const formulas = useFormulas(FORMULA.test(text));
  return (
    <Streamdown
      key={formulas ? "formulas" : "plain"}
      className="play-text"
      components={components}
      controls={false}
      urlTransform={address}
      remarkPlugins={[remarkGfm, ...(formulas ? [formulas.remark] : [])]}
      rehypePlugins={[rehypeHighlight, ...(formulas ? [formulas.rehype] : [])]}
    >
      {formulas ? withFormulas(text) : text}
    </Streamdown>
  );
}
