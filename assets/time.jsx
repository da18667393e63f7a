// Moments in the reader's own time zone; UTC stands in the title and in what was rendered before.
import { jsx } from "react/jsx-runtime";
import { useSyncExternalStore } from "react";
import { serverNow } from "./server-clock.mjs";

const TICK_MS = 10_000;
const DAY_MS = 86_400_000;
const STEPS = [
  ["day", DAY_MS],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

// One timer for all times of a page; the snapshot changes with it, and "ago" with the snapshot.
let now = 0;
let timer;
const readers = new Set();
const listen = (reader) => {
  readers.add(reader);
  timer ??= setInterval(() => {
    now = Date.now();
    readers.forEach((each) => each());
  }, TICK_MS);
  return () => {
    readers.delete(reader);
    if (readers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
};
const read = () => (now ||= Date.now());

const formats = new Map();
function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", options));
  return formats.get(key);
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DAY = { day: "numeric", month: "short" };
const FULL = { ...DAY, year: "numeric", ...CLOCK, timeZoneName: "short" };

function ago(at) {
  const past = Math.max(0, serverNow() - at);
  if (past > 30 * DAY_MS) return format({ ...DAY, year: "numeric" }).format(at);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });
  for (const [unit, step] of STEPS)
    if (past >= step) return words.format(-Math.floor(past / step), unit);
  return "just now";
}

// The hour for today, the day and hour for this year, the date for what is older.
function short(at) {
  const day = new Date(at);
  const today = new Date(serverNow());
  if (day.toDateString() === today.toDateString()) return format(CLOCK).format(at);
  const sameYear = day.getFullYear() === today.getFullYear();
  const hour = { hour: "2-digit", minute: "2-digit" };
  return format({ ...DAY, ...(sameYear ? hour : { year: "numeric" }) }).format(at);
}

const FORMS = { ago, short, full: (at) => format(FULL).format(at) };

export function LocalTime({ ms, form = "short" }) {
  const shown = useSyncExternalStore(listen, read, () => 0);
  const utc = new Date(ms).toISOString();
  const plain = `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`;
  const text = shown ? FORMS[form](ms) : plain;
  return jsx("time", { dateTime: utc, title: plain, children: text });
}
