// How a conversation is to be answered: only what its model takes is shown.
import { createElement as h, useId } from "react";
import { draws, settingsOf } from "./models.mjs";

export function Settings({ conversation, model, store }) {
  const { settings } = conversation;
  const all = settingsOf(model);
  const field = (setting) =>
    h(Setting, {
      key: setting.name,
      setting,
      value: settings[setting.name] ?? "",
      onChange: (value) => store.setting(setting.name, value),
    });
  const others = all.filter(({ usual }) => !usual);
  const isChanged = all.some(({ name }) => (settings[name] ?? "") !== "");
  const reset = () => store.set({ settings: { system: settings.system, stream: settings.stream } });
  return h(
    "div",
    { className: "play-settings" },
    h(
      "label",
      { className: "field" },
      "System prompt",
      h("textarea", {
        className: "input",
        rows: 5,
        placeholder: "You are a pirate who teaches chemistry.",
        value: settings.system ?? "",
        onChange: (event) => store.setting("system", event.target.value),
      }),
    ),
    all.filter(({ usual }) => usual).map(field),
    others.length > 0 &&
      h(
        "details",
        { className: "play-more" },
        h("summary", null, "More settings"),
        h("div", { className: "play-settings" }, others.map(field)),
      ),
    !draws(model) &&
      h(
        "label",
        { className: "play-check" },
        h("input", {
          type: "checkbox",
          checked: settings.stream !== false,
          onChange: (event) => store.setting("stream", event.target.checked ? undefined : false),
        }),
        "Stream the answer, word by word",
      ),
    isChanged &&
      h(
        "button",
        { type: "button", className: "small-button", onClick: reset },
        "Back to the model’s own",
      ),
  );
}

function Setting({ setting, value, onChange }) {
  const id = useId();
  const { label, hint, kind } = setting;
  const input = {
    id,
    value,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onChange: (event) => onChange(event.target.value),
  };
  return h(
    "div",
    { className: "play-setting" },
    h(
      "label",
      { htmlFor: id },
      label,
      kind === "range" && h("output", { htmlFor: id }, value === "" ? "default" : value),
    ),
    h(CONTROLS[kind], { setting, value, input, onChange }),
    hint && h("p", { id: `${id}-hint`, className: "quiet" }, hint),
  );
}

const CONTROLS = { range: Range, number: NumberField, choice: Choice, text: TextField };

function Range({ setting, value, input, onChange }) {
  const { min, max, step, rest } = setting;
  return h(
    "div",
    { className: "play-range" },
    h("input", { ...input, type: "range", min, max, step, value: value === "" ? rest : value }),
    h(
      "button",
      {
        type: "button",
        className: "play-reset",
        disabled: value === "",
        "aria-label": `${setting.label}: as the model likes`,
        onClick: () => onChange(""),
      },
      "Reset",
    ),
  );
}

function NumberField({ setting, input }) {
  const { min, max, step } = setting;
  return h("input", {
    ...input,
    type: "number",
    inputMode: "numeric",
    className: "input small",
    min,
    max,
    step,
    placeholder: max ? `up to ${max.toLocaleString("en")}` : "default",
  });
}

function Choice({ setting, input }) {
  return h(
    "select",
    { ...input, className: "input small" },
    setting.choices.map(([value, text]) => h("option", { key: value, value }, text)),
  );
}

function TextField({ input }) {
  return h("input", {
    ...input,
    type: "text",
    className: "input small",
    maxLength: 100,
    placeholder: "nothing",
  });
}
