// One thing to do with the API, as programs in several languages: tabs. The chosen language stays
// chosen, on every page, and so does the chosen client of each language.
import { createElement as h, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";
import { CopyButton, PageOrigin } from "./islands.jsx";

const LANGUAGE = "hcai-language";
const CLIENTS = "hcai-clients";
const readers = new Set();
// Where the browser keeps nothing (a private window), it is kept for as long as the page lives.
const fallback = {};

function stored(name) {
  try {
    return window.localStorage.getItem(name) ?? fallback[name] ?? "";
  } catch {
    return fallback[name] ?? "";
  }
}

function store(name, value) {
  fallback[name] = value;
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // It stays chosen on this page.
  }
}

// The client of each language, as text so that readers can compare it: "python=openrouter".
function clientsWith(language, client) {
  const kept = stored(CLIENTS)
    .split(" ")
    .filter((pair) => pair && !pair.startsWith(`${language}=`));
  return [...kept, `${language}=${client}`].join(" ");
}

function choose(example) {
  store(LANGUAGE, example.language);
  if (example.client) store(CLIENTS, clientsWith(example.language, example.client));
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

// Every example on the page changes its height at once: what the reader looks at stays in its place.
function chooseInPlace(example, element) {
  const before = element.getBoundingClientRect().top;
  flushSync(() => choose(example));
  const moved = element.getBoundingClientRect().top - before;
  if (moved) window.scrollBy({ top: moved, behavior: "instant" });
}

export function Examples({ name, examples, base, own }) {
  const language = useSyncExternalStore(
    listen,
    () => stored(LANGUAGE),
    () => "",
  );
  const clients = useSyncExternalStore(
    listen,
    () => stored(CLIENTS),
    () => "",
  );
  const sameLanguage = examples.filter((example) => example.language === language);
  const chosen =
    sameLanguage.find((example) => clients.split(" ").includes(`${language}=${example.client}`)) ??
    sameLanguage[0] ??
    examples[0];
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
      { id: `${name}-panel`, role: "tabpanel", "aria-labelledby": tabOf(name, chosen) },
      h(
        "pre",
        {
          className: "code",
          tabIndex: 0,
          role: "region",
          "aria-label": `Example in ${chosen.name}`,
        },
        h(
          "code",
          { id: `${name}-code` },
          chosen.parts.map((part, place) => tinted(part, place, base, own)),
        ),
      ),
      chosen.needs &&
        h(
          "p",
          { className: "examples-needs" },
          "Needs ",
          h("code", { className: "mono" }, chosen.needs),
        ),
    ),
  );
}

function tabOf(name, example) {
  return [name, example.language, example.client].filter(Boolean).join("-");
}

function Tabs({ name, examples, chosen }) {
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = examples[(examples.indexOf(chosen) + step + examples.length) % examples.length];
    chooseInPlace(next, event.currentTarget);
    document.getElementById(tabOf(name, next))?.focus();
  };
  return h(
    "div",
    { className: "tabs", role: "tablist", "aria-label": "Language", onKeyDown },
    examples.map((example) =>
      h(
        "button",
        {
          key: tabOf(name, example),
          id: tabOf(name, example),
          type: "button",
          role: "tab",
          "aria-selected": example === chosen,
          "aria-controls": `${name}-panel`,
          tabIndex: example === chosen ? 0 : -1,
          onClick: (event) => chooseInPlace(example, event.currentTarget),
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
