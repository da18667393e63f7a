// What a model writes, drawn: Markdown without raw HTML. Links go to the web or to mail and take
// nothing along; pictures are only those that the text itself brings, since nothing is fetched.
import rehypeHighlight from "rehype-highlight";
import remarkGfm from "remark-gfm";
import { useEffect, useState } from "react";
import { Streamdown } from "streamdown";
import { act } from "./acts.mjs";
import { usePlay } from "./views.mjs";

const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,/i;
const FORMULA = /\$\$|\\\(|\\\[/;
// How models write formulas, as the renderer reads them.
const SIGNS = [
  [/\\\[([\s\S]*?)\\\]/g, "$$$$$1$$$$"],
  [/\\\((.*?)\\\)/g, "$$$$$1$$$$"],
];
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;

// What is wider than its place is scrolled, by the keyboard too.
const SCROLLS = { tabIndex: 0 };

const address = (url, name) => ((name === "src" ? PICTURE : LINK).test(url) ? url : "");
const plainFormulas = (text) => SIGNS.reduce((it, [signs, ours]) => it.replace(signs, ours), text);
const withFormulas = (text) =>
  text
    .split(CODE)
    .map((part, at) => (at % 2 ? part : plainFormulas(part)))
    .join("");

const textOf = (node) =>
  typeof node === "string"
    ? node
    : [node?.props?.children ?? node ?? []].flat(9).map(textOf).join("");

function Code({ children }) {
  const copied = usePlay("copied");
  const name = /language-(\S+)/.exec(children?.props?.className)?.[1] ?? "code";
  const text = [children?.props?.children]
    .flat(9)
    .map((it) => textOf(it))
    .join("");
  return (
    <div className="play-code">
      <div className="play-code-head">
        <span>{name}</span>
        <button type="button" className="play-act" onClick={() => act.copy(text, text.trimEnd())}>
          {copied === text ? "Copied" : "Copy"}
          <span className="heard"> the code</span>
        </button>
      </div>
      <section className="code" {...SCROLLS} aria-label={`Code: ${name}`}>
        <pre>{children}</pre>
      </section>
    </div>
  );
}

const PLAIN = "strong em del ul ol li blockquote hr p thead tbody tr th td sup section code".split(
  " ",
);
// The page has its own first two ranks of headings.
const HEADINGS = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6", h6: "h6" };
const PARTS = {
  ...Object.fromEntries(PLAIN.map((tag) => [tag, tag])),
  ...HEADINGS,
  inlineCode: "code",
  pre: Code,
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
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
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked}
      disabled
      readOnly
      aria-label={checked ? "Done" : "To do"}
    />
  ),
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
      remarkPlugins={formulas ? [remarkGfm, formulas.remark] : [remarkGfm]}
      rehypePlugins={formulas ? [rehypeHighlight, formulas.rehype] : [rehypeHighlight]}
    >
      {formulas ? withFormulas(text) : text}
    </Streamdown>
  );
}
