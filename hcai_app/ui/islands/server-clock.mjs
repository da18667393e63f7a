// The server's clock, by the newest moment that it has told: a reader's own may be hours off.
export const DAY_MS = 86_400_000;
const UNITS = { day: DAY_MS, hour: 3_600_000, minute: 60_000 };
let toldMs = 0;
let offsetMs = 0;

// An older moment is one that was told before, to a page that is shown again.
export function hear(nowMs) {
  if (!(nowMs > toldMs)) return;
  toldMs = nowMs;
  offsetMs = nowMs - Date.now();
}

export const serverNow = () => Date.now() + offsetMs;

// The browser's own words would take a phone 30 ms to find.
export function ago(at) {
  const past = Math.max(0, serverNow() - at);
  const [unit, step] = Object.entries(UNITS).find(([, ms]) => past >= ms) ?? [];
  const count = Math.floor(past / step);
  if (!unit) return "just now";
  if (unit === "day" && count === 1) return "yesterday";
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
