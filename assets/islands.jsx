// The small parts of pages that live in the browser alone: no event reaches the server for them.
import { jsx, jsxs } from "react/jsx-runtime";
import { useEffect, useState, useSyncExternalStore } from "react";

const never = () => () => {};
const STEP_MS = 45;

// Told to the window once it is known that nobody is signed in.
export const SIGNED_OUT = "hcai-signed-out";

// The address to call: the configured one, or in development the one that this page came from.
export function PageOrigin({ base, own }) {
  return useSyncExternalStore(
    never,
    () => (own ? window.location.origin : base),
    () => base,
  );
}

// The way to sign in, and back to where the reader was; from the front page, on to the dashboard.
export function SignIn({ label, className }) {
  useEffect(() => {
    window.dispatchEvent(new Event(SIGNED_OUT));
  }, []);
  const noteWhere = (event) => {
    const { pathname, search, hash } = window.location;
    if (pathname !== "/")
      event.currentTarget.href = `/auth/login?to=${encodeURIComponent(pathname + search + hash)}`;
  };
  // A click is also the keyboard's; the pointer's press comes before a new tab, too.
  const props = { href: "/auth/login", className, onClick: noteWhere, onPointerDown: noteWhere };
  return jsx("a", { ...props, children: label });
}

// Copies the text of another element, as it stands on the page.
export function CopyButton({ target, what }) {
  const [state, setState] = useState("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    navigator.clipboard.writeText(document.getElementById(target).textContent).then(
      () => setState("copied"),
      () => select(target, setState),
    );
  const label = { idle: "Copy", copied: "Copied", selected: "Press Ctrl+C" }[state];
  return jsxs("button", {
    type: "button",
    className: "small-button",
    "aria-label": state === "idle" ? `Copy ${what}` : undefined,
    onClick: () => (navigator.clipboard ? copy() : select(target, setState)),
    children: [
      jsx("span", { children: label }),
      jsx("span", {
        className: "heard",
        role: "status",
        children: state === "copied" ? "Copied" : "",
      }),
    ],
  });
}

function select(target, setState) {
  window.getSelection().selectAllChildren(document.getElementById(target));
  setState("selected");
}

// An answer that arrives in pieces, like a stream. Readers of the page get it whole and at once.
export function TypedAnswer({ text, receipt }) {
  const pieces = text.match(/\s*\S+/g) ?? [];
  const [shown, setShown] = useState(0);
  const done = shown >= pieces.length;
  useEffect(() => {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) setShown(pieces.length);
  }, []);
  useEffect(() => {
    if (done) return undefined;
    const pause = shown === 0 ? 600 : STEP_MS * (1 + ((shown * 7) % 5) / 2);
    const timer = setTimeout(() => setShown((count) => count + 1), pause);
    return () => clearTimeout(timer);
  }, [shown, done]);
  return jsxs("div", {
    className: "got",
    children: [
      jsxs("p", {
        className: "typed",
        children: [
          jsx("span", { className: "typed-full", children: text }),
          jsxs("span", {
            "aria-hidden": true,
            children: [
              pieces.slice(0, shown).join(""),
              done ? null : jsx("i", { className: "caret" }),
            ],
          }),
        ],
      }),
      jsxs("div", {
        className: "receipt",
        children: [
          done
            ? jsxs("span", { children: [receipt, " · you paid ", jsx("b", { children: "$0" })] })
            : jsx("span", { children: "streaming …" }),
          jsx("button", {
            type: "button",
            className: "small-button",
            disabled: !done,
            style: { visibility: done ? "visible" : "hidden" },
            onClick: () => setShown(0),
            children: "Play again",
          }),
        ],
      }),
    ],
  });
}
