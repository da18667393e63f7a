// What a page says while its events do not get through, and why. A WebSocket that fails tells
// nothing; so the page asks over plain HTTP whether the server is there at all.
import { createElement as h, useEffect, useState } from "react";
import Unplug from "lucide-react/dist/esm/icons/unplug.mjs";

const CHECK_MS = 3_000;
// A server that has just come back answers once before the events do.
const ANSWERS = 2;

async function isThere() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

function useAnswers(lost) {
  const [answers, setAnswers] = useState(0);
  useEffect(() => {
    if (!lost) return undefined;
    let isOver = false;
    const check = async () => {
      const isUp = await isThere();
      if (!isOver) setAnswers((count) => (isUp ? count + 1 : 0));
    };
    check();
    const timer = setInterval(check, CHECK_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
      setAnswers(0);
    };
  }, [lost]);
  return answers;
}

function Notice({ children }) {
  return h("div", { className: "offline" }, h(Unplug, { size: 20, "aria-hidden": true }), children);
}

function Lost() {
  const text = "What you see may be old. It catches up by itself as soon as the server answers.";
  return h(Notice, null, h("p", null, h("b", null, "No connection. "), text));
}

function Elsewhere({ base }) {
  const { pathname, search } = window.location;
  const link = h("a", { href: base + pathname + search }, base);
  const text = "At the address in your browser it can show nothing that is yours, and nothing new.";
  return h(Notice, null, h("p", null, h("b", null, "Open this site at ", link, ". "), text));
}

// It stays as long as the filter does: whoever has read it may go on reading the page.
function Blocked() {
  const [isRead, setIsRead] = useState(false);
  if (isRead) return null;
  const text =
    "The server answers, but a filter between you and it, often a school's, stops what these pages " +
    "live on. Your programs, the API and the docs go on working. For your keys and your dashboard " +
    `try another network, or ask for WebSockets to ${window.location.host} to be allowed. `;
  const hide = () => setIsRead(true);
  return h(
    Notice,
    null,
    h("p", null, h("b", null, "Something blocks WebSockets. "), text),
    h("button", { type: "button", className: "small-button", onClick: hide }, "Hide"),
  );
}

export function ConnectionNotice({ lost, base }) {
  const answers = useAnswers(lost);
  if (!lost) return null;
  if (answers < ANSWERS) return h(Lost);
  return window.location.origin === base ? h(Blocked) : h(Elsewhere, { base });
}
