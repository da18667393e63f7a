// A first call in several languages, as tabs. The chosen language stays chosen, on every page.
import { createElement as h, useSyncExternalStore } from "react";
import { CopyButton, PageOrigin } from "./islands.jsx";

const CHOSEN = "hcai-language";
const readers = new Set();
// Where the browser keeps nothing (a private window), it is kept for as long as the page lives.
let fallback = "";

function stored() {
  try {
    return window.localStorage.getItem(CHOSEN) ?? fallback;
  } catch {
    return fallback;
  }
}

function store(language) {
  fallback = language;
  try {
    window.localStorage.setItem(CHOSEN, language);
  } catch {
    // It stays chosen on this page.
  }
  readers.forEach((reader) => reader());
}

function listen(reader) {
  readers.add(reader);
  window.addEventListener("storage", reader);
  return () => {
    readers.delete(reader);
    window.removeEventListener("storage", reader);
  };
}

export function Examples({ name, examples, base, own }) {
  const wanted = useSyncExternalStore(listen, stored, () => "");
  const chosen = examples.find((example) => example.language === wanted) ?? examples[0];
  if (!chosen) return null;
  return h(
    "div",
    { className: "examples" },
    h(
      "div",
      { className: "examples-head" },
      h(Tabs, { name, examples, chosen }),
      h(CopyButton, { target: `${name}-code`, what: `the ${chosen.name} example` }),
    ),
    h(
      "div",
      { id: `${name}-panel`, role: "tabpanel", "aria-labelledby": `${name}-${chosen.language}` },
      h(
        "pre",
        { className: "code", tabIndex: 0, role: "region", "aria-label": `Example in ${chosen.name}` },
        h("code", { id: `${name}-code` }, chosen.parts.map((part, place) => tinted(part, place, base, own))),
      ),
      chosen.needs &&
        h("p", { className: "examples-needs" }, "Needs ", h("code", { className: "mono" }, chosen.needs)),
    ),
  );
}

function Tabs({ name, examples, chosen }) {
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = examples.indexOf(chosen) + step + examples.length;
    const next = examples[place % examples.length].language;
    store(next);
    document.getElementById(`${name}-${next}`)?.focus();
  };
  return h(
    "div",
    { className: "tabs", role: "tablist", "aria-label": "Language", onKeyDown },
    examples.map((example) =>
      h(
        "button",
        {
          key: example.language,
          id: `${name}-${example.language}`,
          type: "button",
          role: "tab",
          "aria-selected": example === chosen,
          "aria-controls": `${name}-panel`,
          tabIndex: example === chosen ? 0 : -1,
          onClick: () => store(example.language),
        },
        example.name,
      ),
    ),
  );
}

function tinted([kind, text], place, base, own) {
  if (kind === "origin") return h(PageOrigin, { key: place, base, own });
  return kind ? h("span", { key: place, className: kind }, text) : text;
}
