// What a moderation model makes of a text: a bar for each category, the flagged ones marked by words.
import { createElement as h, useState } from "react";
import Flag from "lucide-react/dist/esm/icons/flag.mjs";
import { ask } from "./call.mjs";
import { Obstacle, seconds } from "./parts.jsx";
import { wellFormed } from "./request.mjs";

export const moderationBody = (model, text) => ({ model, input: wellFormed(text) });

export function Moderation({ model, text, setText }) {
  const [result, setResult] = useState(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const check = async (event) => {
    event.preventDefault();
    if (isBusy || !text.trim()) return;
    setBusy(true);
    setError(null);
    try {
      const { told, totalMs } = await ask("moderations", moderationBody(model, text));
      setResult({ ...told.results[0], totalMs });
    } catch (problem) {
      setError(problem.told ?? { message: problem.message });
    }
    setBusy(false);
  };
  return h(
    "div",
    { className: "play-tool" },
    h(
      "form",
      { className: "play-texts", onSubmit: check },
      h("h2", null, "Would a moderator mind?"),
      h(
        "p",
        { className: "quiet" },
        "Check what people write before your bot shows it to others. It costs none of your budget.",
      ),
      h("textarea", {
        className: "input",
        rows: 4,
        "aria-label": "Text to check",
        placeholder: "Something that somebody wrote",
        value: text,
        onChange: (event) => setText(event.target.value),
      }),
      h(
        "div",
        { className: "play-edit-acts" },
        h(
          "button",
          { type: "submit", className: "button small", disabled: isBusy || !text.trim() },
          isBusy ? "Checking …" : "Check",
        ),
      ),
    ),
    error && h(Obstacle, { text: error.message, untilMs: error.untilMs }),
    result && h(Verdict, result),
  );
}

function Verdict({ flagged, categories, category_scores: scores, totalMs }) {
  const rows = Object.entries(scores).sort(([, one], [, other]) => other - one);
  const count = Object.values(categories).filter(Boolean).length;
  return h(
    "section",
    { className: "play-verdict", "aria-label": "Result" },
    h(
      "p",
      { role: "status" },
      flagged
        ? h("b", null, `Flagged in ${count} ${count === 1 ? "category" : "categories"}.`)
        : h("b", null, "Nothing is flagged."),
    ),
    h(
      "ul",
      null,
      rows.map(([name, score]) =>
        h(
          "li",
          { key: name, className: categories[name] ? "is-flagged" : undefined },
          h(
            "span",
            { className: "play-category" },
            name.replaceAll("/", " / "),
            categories[name] &&
              h(
                "span",
                { className: "pill" },
                h(Flag, { size: 12, "aria-hidden": true }),
                " flagged",
              ),
          ),
          h(
            "span",
            { className: "play-bar", "aria-hidden": true },
            h("span", { style: { width: `${Math.max(0.5, score * 100)}%` } }),
          ),
          h("span", { className: "num" }, `${(score * 100).toFixed(score < 0.1 ? 2 : 0)}%`),
        ),
      ),
    ),
    h("p", { className: "play-receipt num" }, `${seconds(totalMs)} in all`),
  );
}
