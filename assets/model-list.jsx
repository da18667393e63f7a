// The list of models: it comes once, light and compressed, and is searched here, so that each key
// stroke shows its result at once. Everything in it is text.
import {
  createElement as h,
  memo,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Link, useLocation } from "react-router";
import Check from "lucide-react/dist/esm/icons/check.mjs";
import Copy from "lucide-react/dist/esm/icons/copy.mjs";
import Search from "lucide-react/dist/esm/icons/search.mjs";
import Warning from "lucide-react/dist/esm/icons/triangle-alert.mjs";
import * as search from "./model-search.mjs";

const COPIED_MS = 2000;
const COLUMNS = ["Model", "What it is for", "Context", "In", "Out"];
const SKELETON_ROWS = 9;
// Kept while the reader goes to a model and back.
let known = null;

export function ModelList({ source }) {
  const [models, problem, retry] = useModels(source);
  const [chosen, choose] = useChosen();
  const shown = useDeferredValue(chosen);
  const found = useMemo(() => models && search.find(models, shown), [models, shown]);
  return h(
    "div",
    { className: "models-page" },
    h(Filters, { chosen, choose }),
    h(Count, { models, found, chosen, choose }),
    problem ? h(Problem, { problem, retry }) : h(Table, { found }),
    found?.length === 0 && h(Nothing, { choose }),
  );
}

function useModels(source) {
  const [models, setModels] = useState(known);
  const [problem, setProblem] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    fetch(source, { signal: leaving.signal })
      .then(async (answer) => {
        const body = await answer.json();
        if (!answer.ok) throw new Error(body.error.message);
        known = search.prepared(body.models);
        setModels(known);
        setProblem("");
      })
      .catch((error) => {
        if (leaving.signal.aborted || known) return;
        const isOurs = error.constructor === Error;
        setProblem(isOurs ? error.message : "The list did not come through. Are you online?");
      });
    return () => leaving.abort();
  }, [source, attempt]);
  const retry = () => {
    setProblem("");
    setAttempt(attempt + 1);
  };
  return [models, problem, retry];
}

// What is chosen stands in the address too, without a step in the history for each key stroke.
function useChosen() {
  const { key } = useLocation();
  const [chosen, setChosen] = useState(search.NOTHING_CHOSEN);
  useEffect(() => setChosen(search.fromAddress(window.location.search)), [key]);
  const choose = (change) => {
    const next = { ...chosen, ...change };
    setChosen(next);
    const address = window.location.pathname + search.toAddress(next);
    window.history.replaceState(window.history.state, "", address);
  };
  return [chosen, choose];
}

function Filters({ chosen, choose }) {
  const field = useRef(null);
  useEffect(() => {
    const onKey = (event) => {
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.current.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return h(
    "div",
    { className: "model-filters", role: "search", "aria-label": "Models" },
    h(
      "div",
      { className: "model-search" },
      h(Search, { size: 20, "aria-hidden": true }),
      h("input", {
        ref: field,
        id: "model-search",
        className: "input",
        type: "search",
        "aria-label": "Search models",
        placeholder: "Search by name, maker or id",
        autoComplete: "off",
        spellCheck: false,
        maxLength: 100,
        value: chosen.q,
        onChange: (event) => choose({ q: event.target.value }),
      }),
      h("kbd", { "aria-hidden": true }, "/"),
    ),
    h(
      "div",
      { className: "model-choices" },
      h(
        "div",
        { className: "tabs", role: "group", "aria-label": "What comes out" },
        search.OUTPUTS.map(([value, label]) =>
          h(
            "button",
            {
              key: value,
              type: "button",
              "aria-pressed": chosen.out === value,
              onClick: () => choose({ out: value }),
            },
            label,
          ),
        ),
      ),
      h(Choice, { name: "in", label: "What goes in", chosen, choose }),
      h(Choice, { name: "price", label: "Price", chosen, choose }),
      h(Choice, { name: "context", label: "Context", chosen, choose }),
      h(Choice, { name: "sort", label: "Order", chosen, choose }),
    ),
  );
}

function Choice({ name, label, chosen, choose }) {
  return h(
    "select",
    {
      className: "input small",
      "aria-label": label,
      "data-chosen": chosen[name] !== "",
      value: chosen[name],
      onChange: (event) => choose({ [name]: event.target.value }),
    },
    search.CHOICES[name].map(([value, text]) => h("option", { key: value, value }, text)),
  );
}

function Count({ models, found, chosen, choose }) {
  const all = models?.length;
  const text = !found
    ? ""
    : found.length === all
      ? `${all} models`
      : `${found.length} of ${all} models`;
  const clear = () => choose({ ...search.NOTHING_CHOSEN, sort: chosen.sort });
  return h(
    "div",
    { className: "model-count" },
    h("p", { role: "status" }, text),
    search.isFiltered(chosen) &&
      h("button", { type: "button", className: "small-button", onClick: clear }, "Clear"),
    h(
      "p",
      { className: "model-unit" },
      "Prices are for a million tokens, and Hack Club pays them.",
    ),
  );
}

// The roles are written out: a narrow screen shows the rows as blocks, and they stay a table.
function Table({ found }) {
  return h(
    "table",
    { className: "model-table", role: "table", "aria-busy": !found },
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        COLUMNS.map((name, place) =>
          h(
            "th",
            {
              key: name,
              role: "columnheader",
              scope: "col",
              className: place > 1 ? "right" : undefined,
            },
            name,
          ),
        ),
      ),
    ),
    h(
      "tbody",
      { role: "rowgroup" },
      found
        ? found.map((model) => h(Row, { key: model.id, model }))
        : Array.from({ length: SKELETON_ROWS }, (_, place) => h(SkeletonRow, { key: place })),
    ),
  );
}

const Row = memo(function Row({ model }) {
  return h(
    "tr",
    { role: "row" },
    h(
      "th",
      { role: "rowheader", scope: "row" },
      h(
        "div",
        { className: "model-names" },
        h(Link, { to: `/models/${model.id}`, className: "model-name" }, model.name),
        h("span", { className: "model-maker" }, model.maker),
        model.isNew && h("span", { className: "pill new" }, "new"),
      ),
      h("div", { className: "model-id" }, h("code", null, model.id), h(CopyId, { id: model.id })),
    ),
    h(
      "td",
      { role: "cell", className: "model-about" },
      h("p", { title: model.line }, model.line),
      h(Marks, { model }),
    ),
    h(Figure, { name: "context", label: "context" }, model.contextText),
    h(Figure, { name: "in", label: "in" }, model.priceIn),
    h(
      Figure,
      { name: "out", label: "out" },
      model.priceOut,
      model.each && h("small", null, model.each),
    ),
  );
});

function Figure({ name, label, children }) {
  return h(
    "td",
    { role: "cell", className: `right num of-${name}` },
    h("span", null, children),
    h("span", { className: "unit", "aria-hidden": true }, label),
  );
}

function Marks({ model }) {
  return h(
    "div",
    { className: "model-marks" },
    h(
      "span",
      { className: "model-way" },
      h("span", { className: "heard" }, "Takes "),
      model.inputs.map((kind) => h("span", { key: kind, className: "model-kind" }, kind)),
      h("span", { className: "arrow", "aria-hidden": true }, "→"),
      h("span", { className: "heard" }, " gives "),
      model.outputs.map((kind) => h("span", { key: kind, className: "model-kind" }, kind)),
    ),
    model.reasons && h("span", { className: "model-can" }, "reasoning"),
    model.tools && h("span", { className: "model-can" }, "tools"),
    model.isForbidden && h("span", { className: "pill forbidden" }, "18+ by its maker’s terms"),
    model.isUnserved &&
      h("span", { className: "pill forbidden" }, "nobody serves it under our data policy"),
  );
}

function CopyId({ id }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return h(
    "button",
    {
      type: "button",
      className: "copy-id",
      title: "Copy the id",
      "aria-label": `Copy ${id}`,
      onClick: () => navigator.clipboard?.writeText(id).then(() => setCopied(true)),
    },
    h(isCopied ? Check : Copy, { size: 16, "aria-hidden": true }),
    h("span", { className: "heard", role: "status" }, isCopied ? "Copied" : ""),
  );
}

function SkeletonRow() {
  const bar = (width) => h("span", { className: "skeleton line", style: { width } });
  return h(
    "tr",
    { role: "row", className: "model-waiting" },
    h("th", { role: "rowheader", scope: "row" }, bar("60%"), bar("80%")),
    h("td", { role: "cell", className: "model-about" }, bar("90%"), bar("50%")),
    ...["context", "in", "out"].map((name) =>
      h("td", { key: name, role: "cell", className: `right of-${name}` }, bar("48px")),
    ),
  );
}

function Nothing({ choose }) {
  return h(
    "div",
    { className: "empty" },
    h("h2", null, "No model fits"),
    h("p", null, "Try fewer words, or take a filter away."),
    h(
      "button",
      {
        type: "button",
        className: "button quiet small",
        onClick: () => choose(search.NOTHING_CHOSEN),
      },
      "Show all models",
    ),
  );
}

function Problem({ problem, retry }) {
  return h(
    "div",
    { className: "problem", role: "alert" },
    h(Warning, { size: 20, "aria-hidden": true }),
    h("p", null, problem),
    h("button", { type: "button", className: "small-button", onClick: retry }, "Try again"),
  );
}
