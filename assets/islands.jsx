// A button that copies, for islands that are not in Python yet.
import { jsx, jsxs } from "react/jsx-runtime";
import { useEffect, useState } from "react";

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
