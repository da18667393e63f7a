// The sections that have no place of their own at a phone's lower edge: a list that opens upward.
import { createElement as h, useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import Ellipsis from "lucide-react/dist/esm/icons/ellipsis.mjs";

export function More({ current, children }) {
  const [isOpen, setIsOpen] = useState(false);
  const box = useRef(null);
  const button = useRef(null);
  const { key } = useLocation();
  useEffect(() => setIsOpen(false), [key]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const onPointer = (event) => box.current.contains(event.target) || setIsOpen(false);
    const onKey = (event) => {
      if (event.key !== "Escape") return;
      setIsOpen(false);
      button.current.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  const onBlur = (event) => {
    if (event.relatedTarget && !box.current.contains(event.relatedTarget)) setIsOpen(false);
  };
  return h(
    "div",
    { className: "more", ref: box, onBlur },
    h(
      "button",
      {
        ref: button,
        type: "button",
        "aria-expanded": isOpen,
        "aria-controls": "more-sections",
        "data-current": current,
        onClick: () => setIsOpen(!isOpen),
      },
      h(Ellipsis, { size: 20, "aria-hidden": true }),
      "More",
    ),
    h("div", { id: "more-sections", className: "more-list", hidden: !isOpen }, children),
  );
}
