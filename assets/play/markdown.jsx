// What a model writes, drawn: Markdown without raw HTML. Links go to the web or to mail and take
// nothing along; pictures are only those that the text itself brings, since nothing is fetched.
import { createElement as h, memo, useMemo } from "react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { blocksOf } from "./blocks.mjs";
import { Copy } from "./parts.jsx";

const PLUGINS = [remarkGfm];
const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,/i;

function address(url, name) {
  return (name === "src" ? PICTURE : LINK).test(url) ? url : "";
}

const textOf = (node) =>
  typeof node === "string"
    ? node
    : Array.isArray(node)
      ? node.map(textOf).join("")
      : textOf(node?.props?.children ?? "");

// The page has its own first two ranks of headings.
const heading =
  (rank) =>
  ({ children }) =>
    h(`h${Math.min(6, rank + 2)}`, null, children);

const PARTS = {
  a: ({ href, children }) =>
    href
      ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, children)
      : h("span", null, children),
  img: ({ src, alt }) =>
    src
      ? h("img", { src, alt: alt ?? "" })
      : h("span", { className: "play-no-picture" }, alt || "picture"),
  pre: ({ children }) =>
    h(Code, {
      language: /language-(\S+)/.exec(children?.props?.className)?.[1] ?? "",
      text: textOf(children),
    }),
  table: ({ children }) =>
    h(
      "div",
      { className: "play-table", tabIndex: 0, role: "region", "aria-label": "Table" },
      h("table", null, children),
    ),
  input: ({ checked }) =>
    h("input", {
      type: "checkbox",
      checked,
      disabled: true,
      readOnly: true,
      "aria-label": checked ? "Done" : "To do",
    }),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((rank) => [`h${rank}`, heading(rank)])),
};

function Code({ language, text }) {
  const name = language || "code";
  return h(
    "div",
    { className: "play-code" },
    h(
      "div",
      { className: "play-code-head" },
      h("span", null, name),
      h(Copy, { text: () => text.replace(/\n$/, ""), what: "the code" }),
    ),
    h(
      "pre",
      { className: "code", tabIndex: 0, role: "region", "aria-label": `Code: ${name}` },
      h("code", null, text),
    ),
  );
}

const Block = memo(function Block({ text }) {
  return h(
    ReactMarkdown,
    { remarkPlugins: PLUGINS, components: PARTS, urlTransform: address },
    text,
  );
});

// Of a growing text only the last block changes; the others are kept as they are.
export const Markdown = memo(function Markdown({ text }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return h(
    "div",
    { className: "play-text" },
    blocks.map((block, place) => h(Block, { key: place, text: block })),
  );
});
