// The request as a program, in the language that stays chosen.
import { createElement as h, useMemo, useState } from "react";
import { Copy } from "./parts.jsx";
import { holdsFile, program } from "../request-code.mjs";

const LANGUAGES = [
  ["curl", "curl"],
  ["python", "Python"],
  ["javascript", "JavaScript"],
];
const CHOSEN = "hcai-language";

function remembered() {
  try {
    return window.localStorage.getItem(CHOSEN) ?? "curl";
  } catch {
    return "curl";
  }
}

export function CodeView({ code, kind, body, base }) {
  const [language, setLanguage] = useState(() =>
    LANGUAGES.some(([it]) => it === remembered()) ? remembered() : "curl",
  );
  const text = useMemo(
    () => program(code, kind, language, { base, body }),
    [code, kind, language, base, body],
  );
  const choose = (chosen) => {
    setLanguage(chosen);
    try {
      window.localStorage.setItem(CHOSEN, chosen);
    } catch {
      // It stays chosen for as long as this is open.
    }
  };
  return h(
    "div",
    { className: "play-program" },
    h(
      "div",
      { className: "play-program-head" },
      h(
        "div",
        { className: "tabs", role: "group", "aria-label": "Language" },
        LANGUAGES.map(([value, name]) =>
          h(
            "button",
            {
              key: value,
              type: "button",
              "aria-pressed": value === language,
              onClick: () => choose(value),
            },
            name,
          ),
        ),
      ),
      h(Copy, { text: () => text, what: "the program", isBare: false }),
    ),
    h(
      "pre",
      { className: "code", tabIndex: 0, role: "region", "aria-label": "The request as a program" },
      h("code", { id: "play-program" }, text),
    ),
    h(
      "p",
      { className: "play-note" },
      "Set ",
      h("code", { className: "mono" }, "AI_KEY"),
      " to one of your keys first. ",
      code.needs[language] && [
        "It needs ",
        h("code", { key: "needs", className: "mono" }, code.needs[language]),
        ". ",
      ],
      holdsFile(body) && "Your files must lie beside the program.",
    ),
  );
}
