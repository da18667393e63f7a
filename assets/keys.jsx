// Making a key. It lives in this page's memory alone: no event ever carries it.
import { jsx, jsxs } from "react/jsx-runtime";
import { useEffect, useRef, useState } from "react";
import { CopyButton } from "$/public/islands.jsx";

const MAX_NAME = 100;
// From here on a reader wants to know how many are left.
const FEW = 10;
// The key that was just made. A page whose server starts anew is drawn anew, and the key cannot be
// shown again by anybody else; whoever goes to another page has left it, and it is its owner's alone.
let kept = null;

// A key that was rotated somewhere else on the page.
const ROTATED = "hcai:rotated";
const OVERLAPS = [
  ["0", "stops at once"],
  ["1", "works for an hour"],
  ["24", "works for a day"],
  ["168", "works for a week"],
];

async function ask(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.status === 201) return { made: await answer.json() };
    if (answer.status === 401) return { problem: "Your session has ended.", isSignedOut: true };
    const told = await answer.json();
    return { problem: told.error.message };
  } catch {
    return navigator.onLine
      ? { problem: "The server did not answer. Try again in a moment." }
      : { problem: "You are offline. Nothing is lost; try again when you are back." };
  }
}

export function NewKey({ owner, example, limit, left, suggestion, onCreated }) {
  const [made, setMade] = useState(kept?.owner === owner ? kept : null);
  const again = useRef(false);
  const show = (key) => {
    kept = key && { ...key, owner };
    setMade(key);
  };
  useEffect(() => {
    const hear = (event) => {
      kept = event.detail;
      setMade(kept);
    };
    window.addEventListener(ROTATED, hear);
    return () => window.removeEventListener(ROTATED, hear);
  }, []);
  useEffect(() => {
    const here = window.location.pathname;
    return () => {
      if (window.location.pathname !== here) kept = null;
    };
  }, []);
  if (made) {
    const done = () => {
      again.current = true;
      show(null);
    };
    return jsx(FreshKey, { made, example, onDone: done });
  }
  const keep = (key) => {
    show(key);
    onCreated();
  };
  return jsx(NameForm, { limit, left, suggestion, takesFocus: again.current, onMade: keep });
}

export function RotateKey({ keyId, onRotated }) {
  const [overlap, setOverlap] = useState("24");
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState(null);
  const rotate = async () => {
    if (isBusy) return;
    setIsBusy(true);
    const told = await ask("/api/keys/rotate", { id: keyId, overlap_hours: Number(overlap) });
    setIsBusy(false);
    setTrouble(told.made ? null : told);
    if (!told.made) return;
    window.dispatchEvent(new CustomEvent(ROTATED, { detail: told.made }));
    onRotated();
  };
  return jsxs("div", {
    className: "key-rotate",
    children: [
      jsxs("label", {
        children: [
          jsx("span", { children: "A new key takes its place; the old one" }),
          jsx("select", {
            className: "input small",
            value: overlap,
            onChange: (event) => setOverlap(event.target.value),
            children: OVERLAPS.map(([hours, words]) =>
              jsx("option", { value: hours, children: words }, hours),
            ),
          }),
        ],
      }),
      jsx("button", {
        type: "button",
        className: "button quiet small",
        "aria-disabled": isBusy,
        onClick: rotate,
        children: isBusy ? "Rotating …" : "Rotate",
      }),
      jsx("div", { role: "status", children: trouble ? jsx(Trouble, trouble) : null }),
    ],
  });
}

function NameForm({ limit, left, suggestion, takesFocus, onMade }) {
  const [name, setName] = useState(suggestion);
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState(null);
  const field = useRef(null);
  useEffect(() => {
    if (takesFocus) field.current.focus();
  }, [takesFocus]);
  const refuse = (told) => {
    setTrouble(told);
    field.current.focus();
  };
  const make = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    if (!name.trim()) {
      refuse({ problem: "Give the key a name first." });
      return;
    }
    setIsBusy(true);
    const told = await ask("/api/keys", { name });
    setIsBusy(false);
    if (told.made) onMade(told.made);
    else refuse(told);
  };
  const isFull = left === 0;
  return jsxs("form", {
    className: "new-key-form",
    onSubmit: make,
    noValidate: true,
    children: [
      jsx("label", { className: "field", htmlFor: "key-name", children: "Name" }),
      jsx("input", {
        id: "key-name",
        ref: field,
        className: "input",
        value: name,
        placeholder: isFull ? "" : "raccoon-bot",
        maxLength: MAX_NAME,
        autoComplete: "off",
        disabled: isFull,
        "aria-invalid": trouble ? true : undefined,
        "aria-describedby": "key-name-hint",
        onChange: (event) => {
          setName(event.target.value);
          setTrouble(null);
        },
      }),
      jsx("button", {
        type: "submit",
        className: "button",
        disabled: isFull,
        "aria-disabled": isBusy,
        children: isBusy ? "Making it …" : "Make a key",
      }),
      jsx("div", {
        id: "key-name-hint",
        className: "new-key-hint",
        role: "status",
        children: trouble ? jsx(Trouble, trouble) : jsx(Room, { limit, left }),
      }),
    ],
  });
}

function Room({ limit, left }) {
  if (left === 0)
    return jsx("p", {
      children: `You have all ${limit} keys that one person can have. Revoke one that you do not need, and there is room again.`,
    });
  if (left > 0 && left <= FEW)
    return jsx("p", { children: `${left} of ${limit} left. Revoked keys do not count.` });
  return jsx("p", { children: "Name it after the project it is for." });
}

function Trouble({ problem, isSignedOut }) {
  return jsxs("p", {
    className: "trouble",
    children: [
      jsx("svg", {
        width: 16,
        height: 16,
        viewBox: "0 0 24 24",
        fill: "none",
        stroke: "currentColor",
        strokeWidth: 2,
        strokeLinecap: "round",
        "aria-hidden": true,
        children: jsx("path", {
          d: "M12 9v4M12 17h.01M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
        }),
      }),
      jsxs("span", {
        children: [
          problem,
          isSignedOut ? " " : null,
          isSignedOut
            ? jsx("a", { href: "/auth/login?to=/keys", children: "Sign in again" })
            : null,
        ],
      }),
    ],
  });
}

function FreshKey({ made, example, onDone }) {
  const title = useRef(null);
  useEffect(() => title.current.focus(), []);
  return jsxs("section", {
    className: "fresh-key",
    "aria-labelledby": "fresh-key-title",
    children: [
      jsx("h3", {
        id: "fresh-key-title",
        ref: title,
        tabIndex: -1,
        children: `Here is “${made.name}”. Copy it now.`,
      }),
      jsx("p", {
        children:
          "This is the only time you will see it: we keep just enough to recognise it. Lost it? Revoke it and make another.",
      }),
      jsxs("div", {
        className: "fresh-key-line",
        children: [
          jsx("code", { id: "fresh-key", className: "mono", children: made.key }),
          jsx(CopyButton, { target: "fresh-key", what: "the key" }),
        ],
      }),
      jsxs("div", {
        className: "fresh-key-try",
        children: [
          jsxs("div", {
            className: "fresh-key-head",
            children: [
              jsx("h4", { children: "Try it: paste this into a terminal" }),
              jsx(CopyButton, { target: "fresh-key-curl", what: "the command" }),
            ],
          }),
          jsx("pre", {
            className: "code",
            tabIndex: 0,
            role: "region",
            "aria-label": "A first call with curl",
            children: jsx("code", {
              id: "fresh-key-curl",
              dangerouslySetInnerHTML: { __html: example.replace("$AI_KEY", made.key) },
            }),
          }),
        ],
      }),
      jsx("button", {
        type: "button",
        className: "button quiet small",
        onClick: onDone,
        children: "I have saved it",
      }),
    ],
  });
}
