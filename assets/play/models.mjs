// What the playground can do with a model, and which settings it takes: plain functions, no page.

export const MODES = [
  ["chat", "Chat"],
  ["embeddings", "Embeddings"],
  ["moderation", "Moderation"],
];
export const MODERATORS = ["omni-moderation-latest", "text-moderation-latest"];

const EFFORTS = [
  ["", "As the model likes"],
  ["none", "Off"],
  ["low", "Low"],
  ["medium", "Medium"],
  ["high", "High"],
];
const SHAPES = [
  ["", "As the model likes"],
  ...["1:1", "4:3", "3:4", "16:9", "9:16"].map((it) => [it, it]),
];
const LENGTHS = [
  ["", "As the model likes"],
  ["low", "Short"],
  ["medium", "Medium"],
  ["high", "Long"],
];
const FORMS = [
  ["", "Text"],
  ["json_object", "JSON"],
];

// `takes` are the provider's names of parameters, one of which a model must list. `usual` ones are
// shown first, the others folded away. A range rests where it changes nothing.
export const SETTINGS = [
  {
    name: "temperature",
    label: "Temperature",
    kind: "range",
    takes: ["temperature"],
    min: 0,
    max: 2,
    step: 0.1,
    rest: 1,
    usual: true,
    hint: "0 keeps to the likeliest words, 2 is wild.",
  },
  {
    name: "max_tokens",
    label: "Longest answer",
    kind: "number",
    takes: ["max_tokens", "max_completion_tokens"],
    min: 1,
    step: 1,
    usual: true,
    hint: "In tokens; a token is about four letters.",
  },
  {
    name: "reasoning_effort",
    label: "Reasoning",
    kind: "choice",
    takes: ["reasoning", "reasoning_effort"],
    choices: EFFORTS,
    usual: true,
    hint: "How long it may think before it answers.",
  },
  {
    name: "verbosity",
    label: "Length of answers",
    kind: "choice",
    takes: ["verbosity"],
    choices: LENGTHS,
    usual: true,
  },
  {
    name: "response_format",
    label: "Form of the answer",
    kind: "choice",
    takes: ["response_format"],
    choices: FORMS,
    hint: "For JSON, say in a message what should be in it.",
  },
  {
    name: "top_p",
    label: "Top P",
    kind: "range",
    takes: ["top_p"],
    min: 0,
    max: 1,
    step: 0.05,
    rest: 1,
    hint: "Only the likeliest words that make up this share.",
  },
  {
    name: "top_k",
    label: "Top K",
    kind: "number",
    takes: ["top_k"],
    min: 0,
    step: 1,
    hint: "Only so many of the likeliest words.",
  },
  {
    name: "min_p",
    label: "Min P",
    kind: "range",
    takes: ["min_p"],
    min: 0,
    max: 1,
    step: 0.05,
    rest: 0,
  },
  {
    name: "frequency_penalty",
    label: "Frequency penalty",
    kind: "range",
    takes: ["frequency_penalty"],
    min: -2,
    max: 2,
    step: 0.1,
    rest: 0,
    hint: "Above 0 it repeats itself less.",
  },
  {
    name: "presence_penalty",
    label: "Presence penalty",
    kind: "range",
    takes: ["presence_penalty"],
    min: -2,
    max: 2,
    step: 0.1,
    rest: 0,
    hint: "Above 0 it looks for new topics.",
  },
  {
    name: "repetition_penalty",
    label: "Repetition penalty",
    kind: "range",
    takes: ["repetition_penalty"],
    min: 0,
    max: 2,
    step: 0.05,
    rest: 1,
  },
  {
    name: "seed",
    label: "Seed",
    kind: "number",
    takes: ["seed"],
    min: 0,
    step: 1,
    hint: "The same number brings nearly the same answer.",
  },
  {
    name: "stop",
    label: "Stop at",
    kind: "text",
    takes: ["stop"],
    hint: "It stops before it writes this.",
  },
];
const PICTURE_SETTINGS = [
  { name: "aspect_ratio", label: "Shape", kind: "choice", choices: SHAPES, usual: true },
];

export const draws = (model) => model?.outputs.includes("image") ?? false;
export const modeOf = (model) => (model.kind === "embedding" ? "embeddings" : "chat");
export const ofMode = (models, mode) => models.filter((model) => modeOf(model) === mode);
export const seesPictures = (model) => model?.inputs.includes("image") ?? false;
// Files are read by the provider for models that cannot do it themselves; not for those that draw.
export const readsFiles = (model) =>
  Boolean(model) && (model.inputs.includes("file") || !draws(model));

// The settings that a model takes, with the bounds that it has.
export function settingsOf(model) {
  if (!model || model.kind === "embedding") return [];
  const taken = SETTINGS.filter(({ takes }) =>
    takes.some((name) => model.parameters.includes(name)),
  );
  const known = taken.map((it) =>
    it.name === "max_tokens" && model.maxOutput ? { ...it, max: model.maxOutput } : it,
  );
  return draws(model) ? [...PICTURE_SETTINGS, ...known] : known;
}

// A setting as a value that may be sent; undefined where nothing, or nothing sensible, was chosen.
export function valueOfSetting(setting, given) {
  if (given === undefined || given === null || given === "") return undefined;
  if (setting.kind === "text") return String(given);
  if (setting.kind === "choice")
    return setting.choices.some(([value]) => value === given) ? given : undefined;
  const number = Number(given);
  if (!Number.isFinite(number)) return undefined;
  const whole = setting.step === 1 ? Math.round(number) : number;
  return Math.min(setting.max ?? Number.MAX_SAFE_INTEGER, Math.max(setting.min, whole));
}

// The model to begin with: the one that was asked for, or that was used last, or the first.
export function firstOf(models, ...wanted) {
  const found = wanted.map((id) => models.find((model) => model.id === id)).find(Boolean);
  return found ?? models[0];
}
