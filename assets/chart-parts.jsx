// What a chart needs besides drawing: its rows, scales, and words. No state, no clock.
import { createElement as h } from "react";
import { usd } from "./money.mjs";

const PLACES = { requests: 0, tokens: 1, cost: 2 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NANO = 1e9;
const LABEL_WIDTH = 74;
const MOST_STEPS = 5;

// One row for each bucket of the window, with the parts that are more than nothing, in order.
export function rowsOf(store, first, series, measure) {
  const place = PLACES[measure];
  return Array.from({ length: series.count }, (_, index) => {
    const start = first + index * series.bucket_ms;
    const cell = store.cells.get(start);
    const parts = store.names.flatMap((_name, name) => {
      const value = cell?.get(name)?.[place] ?? 0;
      return value > 0 ? [{ name, value }] : [];
    });
    return { start, parts };
  });
}

export const totalOf = (row) => row.parts.reduce((sum, { value }) => sum + value, 0);

export function legendOf(rows, names) {
  const sums = names.map(() => 0);
  for (const row of rows) for (const { name, value } of row.parts) sums[name] += value;
  return names.map((name, index) => ({ name, sum: sums[index] })).filter(({ sum }) => sum > 0);
}

// From nothing to at least the most, in up to five round steps.
export function ticksOf(most, measure) {
  const isFine = measure === "cost"; // of the others there are no halves
  const top = Math.max(most, isFine ? 1 : 4);
  const power = 10 ** Math.floor(Math.log10(top / MOST_STEPS));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((size) => Math.ceil(top / size) <= MOST_STEPS && (isFine || Number.isInteger(size)));
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, index) => index * step);
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en");

// With a step, as an axis says it: every tick with the same decimals.
export function valueText(measure, value, step) {
  if (measure !== "cost")
    return value < 10_000
      ? whole.format(value)
      : compact.format(value).toLowerCase().replace("m", "M").replace("b", "B");
  const cost = value / NANO;
  if (step === undefined || cost === 0) return usd(cost);
  const lead = -Math.floor(Math.log10(step / NANO));
  const isFine = !Number.isInteger(Number(((step / NANO) * 10 ** lead).toFixed(6)));
  return `$${cost.toFixed(Math.max(0, Math.min(9, lead + (isFine ? 1 : 0))))}`;
}

const formats = new Map();
function say(at, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", options));
  return formats.get(key).format(at);
}

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DATE = { day: "numeric", month: "short" };
const UTC_DATE = { ...DATE, timeZone: "UTC" }; // days are UTC days: the roll-ups', whatever the budget's period is

export function spanText(series, start) {
  const end = start + series.bucket_ms;
  if (series.range === "30d") return `${say(start, { weekday: "short", ...UTC_DATE })} (UTC day)`;
  const clock = series.range === "5m" ? { ...CLOCK, second: "2-digit" } : CLOCK;
  const day = series.range === "7d" ? `${say(start, { weekday: "short", ...DATE })}, ` : "";
  return `${day}${say(start, clock)}–${say(end, clock)}`;
}

// Where the axis of time has words: as many as there is room for.
export function timesOf(series, first, plot) {
  const length = series.count * series.bucket_ms;
  const room = Math.max(2, Math.floor(plot / LABEL_WIDTH));
  const steps = {
    "5m": [1, 2, 5],
    "24h": [2, 3, 4, 6, 8, 12],
    "7d": [1, 2, 3],
    "30d": [2, 3, 5, 7, 10],
  }[series.range] ?? [1];
  const unit = { "5m": MINUTE, "24h": HOUR, "7d": DAY, "30d": DAY }[series.range] ?? DAY;
  const step = steps.find((size) => length / (size * unit) <= room) ?? steps[steps.length - 1];
  const shift =
    series.range === "30d" || series.range === "5m"
      ? 0
      : new Date(first).getTimezoneOffset() * MINUTE;
  const text = {
    "5m": (at) => say(at, CLOCK),
    "24h": (at) => say(at, CLOCK),
    "7d": (at) => say(at, { weekday: "short", day: "numeric" }),
    "30d": (at) => say(at, UTC_DATE),
  }[series.range];
  const size = step * unit;
  const edge = (28 / Math.max(plot, 1)) * length;
  const found = [];
  const half = series.range === "30d" ? series.bucket_ms / 2 : 0;
  for (let at = Math.ceil((first - shift) / size) * size + shift; at < first + length; at += size) {
    if (at + half - first >= edge && first + length - at - half >= edge)
      found.push({ at: at + half, text: text(at) });
  }
  return found;
}

export function tableOf(rows, names, series, measure) {
  const shown = rows.filter((row) => row.parts.length > 0);
  const used = legendOf(rows, names).map(({ name }) => name);
  return h("table", null, [
    h("caption", { key: "c" }, `Your ${measure}, ${series.range}`),
    h(
      "thead",
      { key: "h" },
      h("tr", null, [
        h("th", { key: "t", scope: "col" }, "Time"),
        ...used.map((name) => h("th", { key: name.id, scope: "col" }, name.label)),
      ]),
    ),
    h(
      "tbody",
      { key: "b" },
      shown.map((row) =>
        h("tr", { key: row.start }, [
          h("th", { key: "t", scope: "row" }, spanText(series, row.start)),
          ...used.map((name) => {
            const part = row.parts.find((each) => names[each.name] === name);
            return h("td", { key: name.id }, valueText(measure, part?.value ?? 0));
          }),
        ]),
      ),
    ),
  ]);
}
