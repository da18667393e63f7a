// Copies a text, or what another element shows, and says so.
import { useState } from "react";

const SAID_MS = 2000;

export function Copy({ text, target, what, className, children }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const shown = document.getElementById(target);
    const copied = navigator.clipboard?.writeText(text || shown.textContent);
    const isCopied = await copied?.then(() => true).catch(() => false);
    if (!isCopied && shown) window.getSelection().selectAllChildren(shown);
    setSaid(isCopied ? "Copied" : "Press Ctrl+C");
    setTimeout(() => setSaid(""), SAID_MS);
  };
  const title = `Copy ${what}`;
  const named = { title, "aria-label": said ? undefined : title, "data-said": said !== "" };
  return (
    <button type="button" className={className} onClick={copy} {...named}>
      {children ?? <span>{said || "Copy"}</span>}
      <span className="heard" role="status">
        {said}
      </span>
    </button>
  );
}
