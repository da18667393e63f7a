// Where the reader is in the docs: the chapters at the left, the sections of this one at the right.
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";

// A heading is the reader's once it is so near to the top.
const READING_LINE_PX = 140;
const readers = new Set();
let headings = [];
let here = "";
let isWaiting = false;

function look() {
  isWaiting = false;
  const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4;
  const above = headings.filter(
    (heading) => heading.getBoundingClientRect().top <= READING_LINE_PX,
  );
  const wanted = isAtEnd && window.scrollY > 0 ? headings.at(-1) : above.at(-1);
  const next = wanted?.id ?? "";
  if (next === here) return;
  here = next;
  readers.forEach((reader) => reader());
}

function onScroll() {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(look);
}

function follow(reader) {
  readers.add(reader);
  if (readers.size === 1) {
    headings = [...document.querySelectorAll(".docs-text :is(h2, h3)[id]")];
    window.addEventListener("scroll", onScroll, { passive: true });
    window.addEventListener("resize", onScroll);
    look();
  }
  return () => {
    readers.delete(reader);
    if (readers.size) return;
    window.removeEventListener("scroll", onScroll);
    window.removeEventListener("resize", onScroll);
    headings = [];
    here = "";
  };
}

function useHere(chapters) {
  const anchor = useSyncExternalStore(
    follow,
    () => here,
    () => "",
  );
  const isIn = ({ slug, sections }) =>
    slug === anchor || sections.some((section) => section.anchor === anchor);
  return [anchor, chapters.find(isIn) ?? chapters[0]];
}

export function Chapters({ chapters }) {
  const [, current] = useHere(chapters);
  const [isOpen, setIsOpen] = useState(false);
  const list = useRef(null);
  useAnchorOfAddress();
  useEffect(() => keepInView(list.current), [current]);
  return h(
    "nav",
    { className: "docs-chapters", "aria-label": "Chapters" },
    h(
      "button",
      {
        type: "button",
        className: "docs-chapters-button",
        "aria-expanded": isOpen,
        "aria-controls": "docs-chapters",
        onClick: () => setIsOpen(!isOpen),
      },
      h("span", { className: "heard" }, "Chapters, now: "),
      current?.title,
    ),
    h(
      "ul",
      { id: "docs-chapters", ref: list, "data-open": isOpen },
      chapters.map(({ slug, title }) =>
        h(
          "li",
          { key: slug },
          h(
            "a",
            {
              href: `#${slug}`,
              "aria-current": slug === current?.slug ? "location" : undefined,
              onClick: () => setIsOpen(false),
            },
            title,
          ),
        ),
      ),
    ),
  );
}

export function Contents({ chapters }) {
  const [anchor, current] = useHere(chapters);
  if (!current?.sections.length) return h("div", { className: "docs-contents" });
  return h(
    "nav",
    { className: "docs-contents", "aria-label": "In this chapter" },
    h("p", { "aria-hidden": true }, current.title),
    h(
      "ul",
      null,
      current.sections.map((section) =>
        h(
          "li",
          { key: section.anchor },
          h(
            "a",
            {
              href: `#${section.anchor}`,
              "aria-current": section.anchor === anchor ? "location" : undefined,
            },
            section.title,
          ),
        ),
      ),
    ),
  );
}

function keepInView(list) {
  const link = list?.querySelector("[aria-current]");
  if (!link) return;
  const above = link.offsetTop - list.offsetTop - list.clientHeight / 2;
  list.scrollTop = Math.max(0, above);
}

// Examples change their height when the reader's own language comes in, after the browser has gone
// to the anchor of the address: it goes there once more, unless the reader has moved.
function useAnchorOfAddress() {
  useEffect(() => {
    const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (!target) return undefined;
    const moved = new AbortController();
    for (const kind of ["wheel", "touchmove", "keydown"])
      window.addEventListener(kind, () => moved.abort(), { signal: moved.signal, passive: true });
    const settle = () => moved.signal.aborted || target.scrollIntoView({ behavior: "instant" });
    const frame = requestAnimationFrame(settle);
    document.fonts?.ready.then(settle);
    return () => {
      cancelAnimationFrame(frame);
      moved.abort();
    };
  }, []);
}
