// Copies a text, or what another element shows, and says so.
import { createElement as h, useState } from "react";

const SAID_MS = 2000;

export function Copy({ text, target, what, className, children }) {
  const [said, setSaid] = useState("");
  const say = (words) => {
    setSaid(words);
    setTimeout(() => setSaid(""), SAID_MS);
  };
  const select = () => {
    if (target) window.getSelection().selectAllChildren(document.getElementById(target));
    say("Press Ctrl+C");
  };
  const copy = () => {
    const wanted = text || document.getElementById(target).textContent;
    if (navigator.clipboard)
      navigator.clipboard.writeText(wanted).then(() => say("Copied"), select);
    else select();
  };
  return h(
    "button",
    {
      type: "button",
      className,
      title: `Copy ${what}`,
      "aria-label": said ? undefined : `Copy ${what}`,
      "data-said": said !== "",
      onClick: copy,
    },
    children ?? h("span", null, said || "Copy"),
    h("span", { className: "heard", role: "status" }, said),
  );
}
