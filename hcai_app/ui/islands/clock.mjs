// Moments in the reader's own time zone, and the time until one: they go on by themselves, on pages
// that were rendered before anybody came. UTC stands in the title and in what was rendered.
import { jsx } from "react/jsx-runtime";
import { useEffect, useState } from "react";
import { ago, DAY_MS, hear, serverNow } from "./server-clock.mjs";

const AGO_STEP_S = 10;
const DAY = { day: "numeric", month: "short" };
const HOUR = { hour: "2-digit", minute: "2-digit" };
const CLOCK = { ...HOUR, second: "2-digit" };
// A format takes a phone 30 ms to make: each is made when a moment first needs it.
function as(parts) {
  let made;
  return (at) => {
    made ??= new Intl.DateTimeFormat("en-GB", parts);
    return made.format(at);
  };
}
const [clock, day, date] = [as(CLOCK), as({ ...DAY, ...HOUR }), as({ ...DAY, year: "numeric" })];
const full = as({ ...DAY, ...CLOCK, year: "numeric", timeZoneName: "short" });

// The second in which the step that goes on has begun; 0 in what is rendered before anybody comes.
function useSecond(step = 1) {
  const [second, setSecond] = useState(0);
  useEffect(() => {
    const tick = () => setSecond(Math.floor(serverNow() / 1000));
    tick();
    const timer = setInterval(tick, step * 1000);
    return () => clearInterval(timer);
  }, [step]);
  return second;
}

// The hour for today, the day and hour for this year, the date for what is older.
function short(at) {
  const [then, today] = [new Date(at), new Date(serverNow())];
  if (then.toDateString() === today.toDateString()) return clock(at);
  return (then.getFullYear() === today.getFullYear() ? day : date)(at);
}

const agoOrDate = (at) => (serverNow() - at > 30 * DAY_MS ? date : ago)(at);
const FORMS = { ago: agoOrDate, short, full };

export function LocalTime({ ms, form }) {
  const isHere = useSecond(AGO_STEP_S) > 0;
  const utc = new Date(ms).toISOString();
  const plain = `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`;
  return jsx("time", { dateTime: utc, title: plain, children: isHere ? FORMS[form](ms) : plain });
}

const two = (number) => String(Math.floor(number)).padStart(2, "0");

export function Countdown({ atMs, nowMs }) {
  hear(nowMs);
  const now = useSecond();
  const left = Math.max(0, Math.floor(atMs / 1000) - now);
  const text = [left / 3600, (left / 60) % 60, left % 60].map(two).join(":");
  const spoken = { className: "num", role: "timer", "aria-live": "off" };
  return jsx("span", { ...spoken, children: now ? text : "--:--:--" });
}

export function useIsPast(ms) {
  const now = useSecond();
  return now > 0 && ms <= now * 1000;
}
