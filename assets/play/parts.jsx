// Small parts that several views of the playground share.
import {
  createElement as h,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import Check from "lucide-react/dist/esm/icons/check.mjs";
import CopyIcon from "lucide-react/dist/esm/icons/copy.mjs";
import Close from "lucide-react/dist/esm/icons/x.mjs";
import Warning from "lucide-react/dist/esm/icons/triangle-alert.mjs";
import { usd } from "../money.mjs";

const COPIED_MS = 2000;
const none = () => () => {};

// An icon with words: seen where there is room, else heard and shown on hover.
export function Act({ icon, label, what = "", isBare = true, ...props }) {
  return h(
    "button",
    {
      type: "button",
      className: isBare ? "play-act" : "small-button",
      title: isBare ? label : undefined,
      ...props,
    },
    h(icon, { size: 16, "aria-hidden": true }),
    h(
      "span",
      { className: isBare ? "heard" : undefined },
      label,
      what && h("span", { className: "heard" }, ` ${what}`),
    ),
  );
}

export function Copy({ text, what, isBare = true }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => navigator.clipboard?.writeText(text()).then(() => setCopied(true));
  return h(Act, {
    icon: isCopied ? Check : CopyIcon,
    label: isCopied ? "Copied" : "Copy",
    what: isCopied ? "" : what,
    isBare,
    onClick: copy,
  });
}

// A window in the page, with the browser's own care for focus, Escape and what lies behind.
export function Sheet({ title, isOpen, onClose, className = "", children }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    if (isOpen && !current.open) current.showModal();
    if (!isOpen && current.open) current.close();
  }, [isOpen]);
  return h(
    "dialog",
    {
      ref: dialog,
      className: `play-sheet ${className}`,
      "aria-label": title,
      onClose,
      onClick: (event) => event.target === dialog.current && onClose(),
    },
    isOpen &&
      h(
        "div",
        { className: "play-sheet-inner" },
        h(
          "header",
          null,
          h("h2", null, title),
          h(Act, { icon: Close, label: "Close", onClick: onClose }),
        ),
        children,
      ),
  );
}

export function useWidth(query) {
  const [media] = useState(() => window.matchMedia(query));
  const listen = (reader) => {
    media.addEventListener("change", reader);
    return () => media.removeEventListener("change", reader);
  };
  return useSyncExternalStore(
    listen,
    () => media.matches,
    () => false,
  );
}

function useNow(isRunning) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

const two = (number) => String(number).padStart(2, "0");

// What stands in the way, in the API's words, and the reader's own clock until it is over.
export function Obstacle({ text, untilMs = 0, onOver, children }) {
  const now = useNow(untilMs > 0);
  const left = Math.ceil((untilMs - now) / 1000);
  const isOver = untilMs > 0 && left <= 0;
  useEffect(() => {
    if (isOver) onOver?.();
  }, [isOver]);
  const clock = untilMs
    ? new Date(untilMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : "";
  const time = `${left >= 3600 ? `${Math.floor(left / 3600)}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  return h(
    "div",
    { className: "problem play-obstacle" },
    h(Warning, { size: 20, "aria-hidden": true }),
    h(
      "div",
      { className: "play-obstacle-words" },
      h("p", { role: "alert" }, text),
      untilMs > 0 &&
        !isOver &&
        h(
          "p",
          null,
          "Open again at ",
          h("b", null, clock),
          ", in ",
          h("span", { className: "num", role: "timer", "aria-live": "off" }, time),
          ".",
        ),
    ),
    children,
  );
}

export function ModelChoice({ models, chosen, label = "Model", onChoose }) {
  const kinds = [
    ["Chat", models.filter(({ kind }) => kind === "chat")],
    ["Pictures", models.filter(({ kind }) => kind === "image")],
    ["Embeddings", models.filter(({ kind }) => kind === "embedding")],
  ].filter(([, list]) => list.length);
  const option = ({ id, name, maker }) =>
    h("option", { key: id, value: id }, maker ? `${name} · ${maker}` : name);
  const isKnown = models.some(({ id }) => id === chosen);
  return h(
    "select",
    {
      className: "input small play-model",
      "aria-label": label,
      value: chosen,
      onChange: (event) => onChoose(event.target.value),
    },
    !isKnown && h("option", { value: chosen }, `${chosen} (no longer here)`),
    kinds.length === 1
      ? kinds[0][1].map(option)
      : kinds.map(([name, list]) => h("optgroup", { key: name, label: name }, list.map(option))),
  );
}

export const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
export const count = (number) => number.toLocaleString("en");

// What an answer took and cost.
export function Receipt({ usage, firstMs, totalMs, children }) {
  const parts = [
    usage && `${count(usage.total || usage.prompt + usage.completion)} tokens`,
    usage?.reasoning > 0 && `${count(usage.reasoning)} of them thought`,
    usage && usd(usage.cost),
    firstMs > 0 && `first word after ${seconds(firstMs)}`,
    totalMs > 0 && `${seconds(totalMs)} in all`,
  ].filter(Boolean);
  return h("p", { className: "play-receipt num" }, parts.join(" · "), children);
}

export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The address that programs call: the configured one, or in development the one of this page.
export function useOrigin(base, own) {
  return useSyncExternalStore(
    none,
    () => (own ? window.location.origin : base),
    () => base,
  );
}
