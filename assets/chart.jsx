// Stacked bars over time. `series` is the whole chart, `tail` its last buckets as they are now: they
// replace what is known from their start on, so a repeated or a missed tail does no harm. The window
// slides by the server's clock; nobody has to send anything for that.
import { createElement as h, useEffect, useMemo, useRef, useState } from "react";
import {
  legendOf,
  rowsOf,
  spanText,
  tableOf,
  ticksOf,
  timesOf,
  totalOf,
  valueText,
} from "./chart-parts.jsx";
import { hear, serverNow } from "./server-clock.mjs";

const HEIGHT = 248;
const TOP = 10;
const BOTTOM = 26;
const LEFT = 52;
const MOST_BAR = 28;
const GAP = 1; // between a bar's parts, so that neighbours differ for every eye

// The chart of this tab, while its page is not shown: its tails are not sent again.
let kept;

const stampOf = (part) => `${part.range} ${part.group} ${part.from_ms} ${part.now_ms}`;

function put(cells, part) {
  for (const start of cells.keys()) if (start >= part.from_ms) cells.delete(start);
  for (const [start, name, ...sums] of part.points) {
    if (!cells.has(start)) cells.set(start, new Map());
    cells.get(start).set(name, sums);
  }
  return cells;
}

const begin = (series) => ({
  stamp: stampOf(series),
  tailStamp: "",
  names: series.names,
  cells: put(new Map(), series),
});

const follow = (store, tail) => ({
  ...store,
  tailStamp: stampOf(tail),
  names: tail.names,
  cells: put(new Map(store.cells), tail),
});

function useStore(series, tail) {
  hear(Math.max(series.now_ms, tail.now_ms));
  const [store, setStore] = useState(() =>
    kept?.stamp === stampOf(series) ? kept : begin(series),
  );
  let next = store;
  if (next.stamp !== stampOf(series)) next = begin(series);
  const isOurs = tail.range === series.range && tail.group === series.group && tail.now_ms > 0;
  if (isOurs && tail.now_ms >= series.now_ms && next.tailStamp !== stampOf(tail))
    next = follow(next, tail);
  if (next !== store) setStore(next);
  useEffect(() => {
    kept = next;
  }, [next]);
  return next;
}

// The moment, told anew while somebody can see it.
function useNow(stepMs) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    let timer;
    const start = () => {
      clearInterval(timer);
      if (document.hidden) return;
      setNow(serverNow());
      timer = setInterval(() => setNow(serverNow()), stepMs);
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", start);
    };
  }, [stepMs]);
  return now;
}

function useWidth() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

function Bars({ rows, bucketMs, slot, scale, names }) {
  const width = Math.max(1.5, Math.min(MOST_BAR, slot * 0.78));
  return rows.flatMap((row, place) => {
    let base = 0;
    return row.parts.map(({ name, value }) => {
      const bottom = scale(base);
      base += value;
      const tall = Math.max(value > 0 ? 1 : 0, bottom - scale(base) - (base > value ? GAP : 0));
      return h("rect", {
        key: `${bucketMs} ${row.start} ${names[name].id}`,
        className: "bar",
        style: {
          x: LEFT + place * slot + (slot - width) / 2,
          y: bottom - tall - (base > value ? GAP : 0),
          width,
          height: tall,
          fill: names[name].color,
        },
      });
    });
  });
}

function Axes({ width, ticks, times, scale, x, measure }) {
  return [
    ...ticks.map((tick) =>
      h("g", { key: `y ${tick}` }, [
        h("line", {
          key: "l",
          className: tick ? "grid" : "ground",
          x1: LEFT,
          x2: width,
          y1: scale(tick) + 0.5,
          y2: scale(tick) + 0.5,
        }),
        h(
          "text",
          { key: "t", x: LEFT - 10, y: scale(tick) + 4, textAnchor: "end" },
          valueText(measure, tick, ticks[1]),
        ),
      ]),
    ),
    ...times.map(({ at, text }) =>
      h("text", { key: `x ${at}`, x: x(at), y: HEIGHT - 6, textAnchor: "middle" }, text),
    ),
  ];
}

function Tip({ row, series, names, measure, at, width }) {
  const isRight = at > width / 2;
  const side = isRight ? { right: width - at + 12 } : { left: at + 12 };
  return h("div", { className: "chart-tip", style: side, "aria-hidden": true }, [
    h("p", { key: "when" }, spanText(series, row.start)),
    h(
      "p",
      { key: "total", className: "chart-tip-total" },
      valueText(measure, totalOf(row)),
      " ",
      h("small", null, measure),
    ),
    ...[...row.parts]
      .reverse()
      .map(({ name, value }) =>
        h("p", { key: names[name].id, className: "chart-tip-part" }, [
          h("i", { key: "i", style: { background: names[name].color } }),
          h("span", { key: "n" }, names[name].label),
          h("b", { key: "v" }, valueText(measure, value)),
        ]),
      ),
  ]);
}

const MOVES = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -8,
  PageDown: 8,
  Home: -Infinity,
  End: Infinity,
};

export function UsageChart({ series, tail, measure }) {
  const store = useStore(series, tail);
  const now = useNow(series.bucket_ms <= 5000 ? 1000 : 15000);
  const [box, width] = useWidth();
  const [picked, setPicked] = useState(null); // a bucket's start
  const [spoken, setSpoken] = useState("");
  const bucketMs = series.bucket_ms;
  const first = now - (now % bucketMs) - (series.count - 1) * bucketMs;
  const rows = useMemo(
    () => rowsOf(store, first, series, measure),
    [store, first, series, measure],
  );
  const ticks = ticksOf(Math.max(0, ...rows.map(totalOf)), measure);
  const plot = Math.max(0, width - LEFT);
  const slot = plot / series.count;
  const scale = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / ticks[ticks.length - 1]);
  const x = (at) => LEFT + ((at - first) / bucketMs) * slot;
  const place = picked === null ? -1 : Math.round((picked - first) / bucketMs);
  const row = rows[place];
  const isEmpty = rows.every((each) => each.parts.length === 0);

  const pick = (index) => setPicked(rows[Math.min(rows.length - 1, Math.max(0, index))].start);
  const point = (event) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
    if (at < 0 || slot === 0) setPicked(null);
    else pick(Math.floor(at / slot));
  };
  const move = (event) => {
    if (event.key === "Escape") return setPicked(null);
    const by = MOVES[event.key];
    if (by === undefined) return undefined;
    event.preventDefault();
    const from = place < 0 ? rows.length - (by < 0 ? 0 : 1) : place;
    const to = Math.min(rows.length - 1, Math.max(0, from + by));
    pick(to);
    const parts = rows[to].parts.map(
      ({ name, value }) => `${store.names[name].label} ${valueText(measure, value)}`,
    );
    return setSpoken(`${spanText(series, rows[to].start)}: ${parts.join(", ") || "nothing"}`);
  };

  return h("figure", { className: "chart" }, [
    h(
      "div",
      {
        key: "plot",
        ref: box,
        className: "chart-plot",
        style: { height: HEIGHT },
        tabIndex: 0,
        role: "group",
        "aria-roledescription": "chart",
        "aria-label": `Bars of ${measure} over time. The arrow keys go from bar to bar.`,
        onPointerMove: point,
        onPointerDown: point,
        onPointerLeave: () => setPicked(null),
        onBlur: () => setPicked(null),
        onKeyDown: move,
      },
      [
        width > 0 &&
          h(
            "svg",
            {
              key: "svg",
              width,
              height: HEIGHT,
              role: "img",
              "aria-label": `${measure}, ${series.range}`,
            },
            [
              row &&
                h("rect", {
                  key: "pick",
                  className: "pick",
                  x: LEFT + place * slot,
                  y: TOP,
                  width: slot,
                  height: HEIGHT - TOP - BOTTOM,
                }),
              h(Axes, {
                key: "axes",
                width,
                ticks,
                scale,
                x,
                measure,
                times: timesOf(series, first, plot),
              }),
              h(Bars, { key: "bars", rows, bucketMs, slot, scale, names: store.names }),
            ],
          ),
        isEmpty &&
          h(
            "p",
            { key: "none", className: "chart-none" },
            "No calls here. Run something, and it shows up by itself.",
          ),
        row &&
          h(Tip, {
            key: "tip",
            row,
            series,
            names: store.names,
            measure,
            at: x(row.start + bucketMs / 2),
            width,
          }),
        h("p", { key: "spoken", className: "heard", role: "status" }, spoken),
      ],
    ),
    h(
      "figcaption",
      { key: "legend" },
      h(
        "ul",
        { className: "chart-legend" },
        legendOf(rows, store.names).map(({ name, sum }) =>
          h("li", { key: name.id, title: name.id }, [
            h("i", { key: "i", style: { background: name.color } }),
            h("span", { key: "n" }, name.label),
            h("b", { key: "v" }, valueText(measure, sum)),
          ]),
        ),
      ),
    ),
    h("div", { key: "table", className: "heard" }, tableOf(rows, store.names, series, measure)),
  ]);
}
