// The search of the docs. What is searched is the page itself: it is read once, when the field is
// first used, so that no index has to be sent.
import { createElement as h, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import Search from "lucide-react/dist/esm/icons/search.mjs";
import { find, prepared } from "./docs-find.mjs";

const HEADINGS = "H2 H3 H4";
const READ = "h2[id], h3[id], h4[id], p, li, td, th, pre";
const NOT_READ = ".try-it, .start-card, .examples-needs";

// Every heading of the page with the text below it, up to the next one.
function entriesOf(root) {
  const entries = [];
  let chapter = "";
  for (const element of root.querySelectorAll(READ)) {
    if (element.closest(NOT_READ)) continue;
    const text = element.textContent.trim();
    if (HEADINGS.includes(element.tagName)) {
      if (element.tagName === "H2") chapter = text;
      entries.push({ anchor: element.id, chapter, title: text, texts: [] });
    } else if (entries.length && !element.querySelector("p, li")) entries.at(-1).texts.push(text);
  }
  return prepared(
    entries.map(({ texts, ...entry }) => ({
      ...entry,
      text: texts.join(" ").replace(/\s+/g, " "),
    })),
  );
}

// Goes to a heading, as a link would, and lets the keyboard go on from there.
export function go(anchor) {
  const heading = document.getElementById(anchor);
  if (window.location.hash === `#${anchor}`) heading?.scrollIntoView();
  else window.location.hash = anchor;
  heading?.focus({ preventScroll: true });
}

export function DocsSearch({ within }) {
  const [query, setQuery] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(0);
  const entries = useRef(null);
  const field = useRef(null);
  const asked = useDeferredValue(query);
  useShortcut(field);
  const found = useMemo(() => {
    if (!asked.trim()) return [];
    entries.current ??= entriesOf(document.getElementById(within));
    return find(entries.current, asked);
  }, [asked, within]);
  const close = () => {
    setIsOpen(false);
    setQuery("");
  };
  const choose = (entry) => {
    close();
    field.current.blur();
    go(entry.anchor);
  };
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      setActive((active + step + found.length) % found.length);
    } else if (event.key === "Enter" && found[active]) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape") close();
  };
  const isShown = isOpen && asked.trim() !== "";
  return h(
    "div",
    { className: "docs-search", role: "search", "aria-label": "Docs" },
    h(Search, { size: 18, "aria-hidden": true }),
    h("input", {
      ref: field,
      id: "docs-search",
      className: "input",
      type: "search",
      role: "combobox",
      "aria-label": "Search the docs",
      "aria-autocomplete": "list",
      "aria-expanded": isShown && found.length > 0,
      "aria-controls": "docs-found",
      "aria-activedescendant": isShown && found.length ? `docs-found-${active}` : undefined,
      placeholder: "Search the docs",
      autoComplete: "off",
      spellCheck: false,
      maxLength: 100,
      value: query,
      onFocus: () => setIsOpen(true),
      onBlur: () => setIsOpen(false),
      onKeyDown,
      onChange: (event) => {
        setQuery(event.target.value);
        setActive(0);
        setIsOpen(true);
      },
    }),
    h("kbd", { "aria-hidden": true }, "/"),
    h("p", { className: "heard", role: "status" }, isShown ? counted(found.length) : ""),
    isShown && h(Found, { found, active, asked, choose }),
  );
}

function counted(count) {
  return count === 1 ? "One place" : `${count} places`;
}

function Found({ found, active, asked, choose }) {
  useEffect(() => {
    document.getElementById(`docs-found-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active]);
  if (!found.length)
    return h(
      "div",
      { className: "docs-found" },
      h("p", null, `Nothing here about “${asked.trim()}”.`),
    );
  return h(
    "div",
    { className: "docs-found" },
    h(
      "ul",
      { id: "docs-found", role: "listbox", "aria-label": "Found" },
      found.map((entry, place) =>
        h(
          "li",
          {
            key: entry.anchor,
            id: `docs-found-${place}`,
            role: "option",
            "aria-selected": place === active,
            // The field keeps the focus until the choice is made.
            onMouseDown: (event) => event.preventDefault(),
            onClick: () => choose(entry),
          },
          h("b", null, entry.title),
          entry.chapter !== entry.title && h("span", { className: "docs-found-in" }, entry.chapter),
          h(
            "span",
            { className: "docs-found-text" },
            entry.snippet.map(([piece, isMarked], at) =>
              isMarked ? h("mark", { key: at }, piece) : piece,
            ),
          ),
        ),
      ),
    ),
  );
}

// `/` and Ctrl-K lead to the field from everywhere on the page.
function useShortcut(field) {
  useEffect(() => {
    const onKey = (event) => {
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      const isCommand = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      const isSlash = event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey;
      if (!isCommand && !isSlash) return;
      event.preventDefault();
      field.current.focus();
      field.current.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [field]);
}
