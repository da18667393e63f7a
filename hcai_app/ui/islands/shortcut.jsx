// Leads the keyboard to a field: `/` from everywhere on the page, Ctrl-K from fields, too. With the
// arrow keys it goes on to the links of a list, and comes back.
import { useEffect } from "react";

export function Shortcut({ field, list }) {
  useEffect(() => {
    const onKey = (event) => {
      const own = document.getElementById(field);
      const stops = [own, ...document.querySelectorAll(`#${list} a`)];
      const at = stops.indexOf(document.activeElement);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && at >= 0 && stops.length > 1) {
        event.preventDefault();
        stops.at((at + step) % stops.length).focus();
        return;
      }
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand ? event.key.toLowerCase() !== "k" : event.key !== "/" || isTyping) return;
      event.preventDefault();
      own.focus();
      own.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [field, list]);
}
