// Numbers that move: digits that roll, and the time that is left.
import { createElement as h, useSyncExternalStore } from "react";
import { hear, serverNow } from "./server-clock.mjs";

const DIGITS = [..."0123456789"];

// Each digit is a reel; places are counted from the right, so that a longer number turns the same reels.
export function Rolling({ text }) {
  const parts = [...text];
  return h("span", { className: "rolling" }, [
    h("span", { key: "heard", className: "heard" }, text),
    h(
      "span",
      { key: "seen", "aria-hidden": true, className: "reels" },
      parts.map((part, index) => {
        const key = parts.length - index;
        if (!DIGITS.includes(part)) return h("span", { key: `${key} ${part}` }, part);
        return h(
          "span",
          { key: `${key} digit`, className: "reel" },
          h(
            "span",
            { style: { transform: `translateY(${-10 * Number(part)}%)` } },
            DIGITS.map((digit) => h("span", { key: digit }, digit)),
          ),
        );
      }),
    ),
  ]);
}

// One clock for all counters of a page, stopped when nobody reads it.
let second = 0;
let timer;
const readers = new Set();
const tick = () => {
  second = Math.floor(serverNow() / 1000);
  readers.forEach((reader) => reader());
};
const listen = (reader) => {
  readers.add(reader);
  if (!timer) {
    timer = setInterval(tick, 1000);
    tick();
  }
  return () => {
    readers.delete(reader);
    if (readers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};
const read = () => (second ||= Math.floor(serverNow() / 1000));

const two = (number) => String(number).padStart(2, "0");

// How long it is to a moment; `nowMs` is what the server's clock said last.
export function Countdown({ atMs, nowMs }) {
  hear(nowMs);
  const now = useSyncExternalStore(listen, read, () => 0);
  const left = Math.max(0, Math.floor(atMs / 1000) - now);
  const text = now
    ? `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`
    : "--:--:--";
  return h("span", { className: "num", role: "timer", "aria-live": "off" }, text);
}
