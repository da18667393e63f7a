// Leads the keyboard to a field: `/` from everywhere on the page, Ctrl-K from fields, too.
import { useEffect } from "react";

export function Shortcut({ field }) {
  useEffect(() => {
    const onKey = (event) => {
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand ? event.key.toLowerCase() !== "k" : event.key !== "/" || isTyping) return;
      event.preventDefault();
      document.getElementById(field).focus();
      document.getElementById(field).select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [field]);
}
