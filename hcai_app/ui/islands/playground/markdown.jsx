// What a model writes, drawn: Markdown without raw HTML. Links go to the web or to mail and take
// nothing along; pictures are only those that the text itself brings, since nothing is fetched.
import rehypeHighlight from "rehype-highlight";
import remarkGfm from "remark-gfm";
import { useEffect, useId, useState } from "react";
import { Streamdown } from "streamdown";
import { Copy } from "../copy.jsx";

const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,/i;
const FORMULA = /\$\$|\\\(|\\\[/;
// How models write formulas, outside of code, and as the renderer reads them.
const CODE_OR_SIGNS = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)|\\\[([\s\S]*?)\\\]|\\\((.*?)\\\)/g;
const LINK_PROPS = { target: "_blank", rel: "noopener noreferrer nofollow" };
// What is wider than its place is scrolled, by the keyboard too.
const SCROLLS = { tabIndex: 0 };

const address = (url, name) => ((name === "src" ? PICTURE : LINK).test(url) ? url : "");
const withFormulas = (text) =>
  text.replace(CODE_OR_SIGNS, (all, code, block, line) => (code ? all : `$$${block ?? line}$$`));

function Code({ children }) {
  const id = useId();
  const name = /language-(\S+)/.exec(children?.props?.className)?.[1] ?? "code";
  return (
    <div className="play-code">
      <div className="play-code-head">
        <span>{name}</span>
        <Copy className="play-act" target={id} what="the code" />
      </div>
      <section className="code" {...SCROLLS} aria-label={`Code: ${name}`}>
        <pre id={id}>{children}</pre>
      </section>
    </div>
  );
}

const PLAIN = "strong em del ul ol li blockquote hr p thead tbody tr th td sup section code";
const PARTS = {
  ...Object.fromEntries(PLAIN.split(" ").map((tag) => [tag, tag])),
  // The page has its own first two ranks of headings.
  h1: "h3",
  h2: "h4",
  h3: "h5",
  h4: "h6",
  h5: "h6",
  h6: "h6",
  inlineCode: "code",
  pre: Code,
  a: ({ href, children }) => {
    const Link = href ? "a" : "span";
    return <Link {...(href && { href, ...LINK_PROPS })}>{children}</Link>;
  },
  img: ({ src, alt }) =>
    src ? (
      <img src={src} alt={alt ?? ""} />
    ) : (
      <span className="play-no-picture">{alt || "picture"}</span>
    ),
  table: ({ children }) => (
    <section className="play-table" {...SCROLLS} aria-label="Table">
      <table>{children}</table>
    </section>
  ),
  input: ({ checked }) => {
    const label = checked ? "Done" : "To do";
    return <input type="checkbox" checked={checked} disabled readOnly aria-label={label} />;
  },
};

// What draws formulas is fetched with the first one.
function useFormulas(isWanted) {
  const [plugins, setPlugins] = useState(null);
  useEffect(() => {
    if (isWanted && !plugins) import("./formulas.mjs").then((it) => setPlugins(it));
  }, [isWanted]);
  return plugins;
}

export default function Markdown({ text }) {
  const formulas = useFormulas(FORMULA.test(text));
  return (
    <Streamdown
      key={formulas ? "formulas" : "plain"}
      className="play-text"
      components={PARTS}
      controls={false}
      urlTransform={address}
      remarkPlugins={[remarkGfm, ...(formulas ? [formulas.remark] : [])]}
      rehypePlugins={[rehypeHighlight, ...(formulas ? [formulas.rehype] : [])]}
    >
      {formulas ? withFormulas(text) : text}
    </Streamdown>
  );
}
