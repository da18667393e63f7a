// Texts as numbers: how near they are to each other, as a table whose cells are tinted by it.
import { createElement as h, useRef, useState } from "react";
import Plus from "lucide-react/dist/esm/icons/plus.mjs";
import Close from "lucide-react/dist/esm/icons/x.mjs";
import { ask } from "./call.mjs";
import { Act, Obstacle, Receipt } from "./parts.jsx";
import { nearest, table, vectorOf } from "./similarity.mjs";
import { wellFormed } from "./request.mjs";
import { usageOf } from "./stream.mjs";

const MOST = 8;
export const FIRST_TEXTS = [
  "A raccoon steals pizza",
  "Trash pandas love leftover pizza",
  "How to sort a list in Python",
];

// With nothing written yet, a program that can be run all the same.
export function embeddingsBody(model, texts) {
  const written = texts.filter((text) => text.trim()).map(wellFormed);
  return { model, input: written.length ? written : FIRST_TEXTS.slice(0, 1) };
}

export function Embeddings({ model, texts, setTexts, onSpent }) {
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const ending = useRef(null);
  const body = embeddingsBody(model, texts);
  const change = (place, text) => setTexts(texts.map((it, at) => (at === place ? text : it)));
  const compare = async () => {
    if (isBusy || body.input.length < 2) return;
    ending.current = new AbortController();
    setBusy(true);
    setError(null);
    try {
      const { told, totalMs } = await ask("embeddings", body, ending.current.signal);
      const vectors = told.data
        .sort((one, other) => one.index - other.index)
        .map(({ embedding }) => vectorOf(embedding));
      setResult({
        texts: body.input,
        rows: table(vectors),
        length: vectors[0].length,
        usage: usageOf(told.usage ?? {}),
        totalMs,
      });
    } catch (problem) {
      if (!ending.current.signal.aborted) setError(problem.told ?? { message: problem.message });
    }
    setBusy(false);
    onSpent();
  };
  return h(
    "div",
    { className: "play-tool" },
    h(
      "form",
      {
        className: "play-texts",
        onSubmit: (event) => {
          event.preventDefault();
          compare();
        },
      },
      h("h2", null, "How near are these texts?"),
      texts.map((text, place) =>
        h(
          "div",
          { key: place, className: "play-text-row" },
          h("span", { className: "play-number", "aria-hidden": true }, place + 1),
          h("textarea", {
            className: "input",
            rows: 1,
            "aria-label": `Text ${place + 1}`,
            value: text,
            onChange: (event) => change(place, event.target.value),
          }),
          texts.length > 2 &&
            h(Act, {
              icon: Close,
              label: "Remove",
              what: `text ${place + 1}`,
              onClick: () => setTexts(texts.filter((_, at) => at !== place)),
            }),
        ),
      ),
      h(
        "div",
        { className: "play-edit-acts" },
        h(
          "button",
          { type: "submit", className: "button small", disabled: isBusy || body.input.length < 2 },
          isBusy ? "Comparing …" : "Compare",
        ),
        texts.length < MOST &&
          h(
            "button",
            {
              type: "button",
              className: "button quiet small",
              onClick: () => setTexts([...texts, ""]),
            },
            h(Plus, { size: 16, "aria-hidden": true }),
            "Another text",
          ),
      ),
    ),
    error && h(Obstacle, { text: error.message, untilMs: error.untilMs }),
    result && h(HeatMap, result),
  );
}

function HeatMap({ texts, rows, length, usage, totalMs }) {
  const pair = nearest(rows);
  return h(
    "section",
    { className: "play-heat", "aria-label": "Similarity" },
    h(
      "p",
      { role: "status" },
      "Nearest: ",
      h("b", null, short(texts[pair.one])),
      " and ",
      h("b", null, short(texts[pair.other])),
      `, at ${figure(pair.value)}.`,
    ),
    h(
      "div",
      { className: "play-table", tabIndex: 0, role: "region", "aria-label": "Cosine similarity" },
      h(
        "table",
        null,
        h(
          "caption",
          { className: "heard" },
          "Cosine similarity of each pair of texts: 1 is the same direction, 0 unrelated.",
        ),
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            h("td", null),
            texts.map((text, place) =>
              h("th", { key: place, scope: "col", title: text }, place + 1),
            ),
          ),
        ),
        h(
          "tbody",
          null,
          rows.map((row, place) =>
            h(
              "tr",
              { key: place },
              h(
                "th",
                { scope: "row", title: texts[place] },
                h("span", { className: "play-number" }, place + 1),
                h("span", { className: "play-short" }, short(texts[place])),
              ),
              row.map((value, at) =>
                h(
                  "td",
                  {
                    key: at,
                    className: "num",
                    style: { "--heat": `${Math.round(Math.max(0, value) * 45)}%` },
                  },
                  figure(value),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
    h(Receipt, { usage, totalMs }, ` · ${length.toLocaleString("en")} numbers for each text`),
  );
}

const figure = (value) => (Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−"));
const short = (text) => (text.length > 42 ? `${text.slice(0, 40)} …` : text);
