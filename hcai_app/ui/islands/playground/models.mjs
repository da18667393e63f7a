// What the playground can do with a model: plain functions, no page.
import { parsed } from "./answers.mjs";

export const draws = (model) => model?.outputs.includes("image") ?? false;
export const modeOf = (model) => (model.kind === "embedding" ? "embeddings" : "chat");
export const ofMode = (models, mode) => models.filter((model) => modeOf(model) === mode);
export const seesPictures = (model) => model?.inputs.includes("image") ?? false;
// Files are read by the provider for models that cannot do it themselves; not for those that draw.
export const readsFiles = (model) =>
  Boolean(model) && (model.inputs.includes("file") || !draws(model));

const PICTURES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const PDF = "application/pdf";
export const takenBy = (model) => [
  ...(seesPictures(model) ? PICTURES : []),
  ...(readsFiles(model) ? [PDF] : []),
];

// The settings of `table` (settings.py) that a model takes, with the bounds that it has.
export function settingsOf(model, table) {
  if (!model || model.kind === "embedding") return [];
  const isTaken = ({ takes, for_pictures }) =>
    for_pictures ? draws(model) : takes.some((name) => model.parameters.includes(name));
  const bounded = (it) =>
    it.name === "max_tokens" && model.maxOutput ? { ...it, max: model.maxOutput } : it;
  return table.filter(isTaken).map(bounded);
}

// A setting as a value that may be sent; undefined where nothing, or nothing sensible, was chosen.
export function valueOfSetting(setting, given) {
  if (given === undefined || given === null || given === "") return undefined;
  if (setting.kind === "text") return String(given);
  if (setting.kind === "json")
    return Object.keys(parsed(given) ?? {}).length ? parsed(given) : undefined;
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

// Those in which every word of a search is found.
export function found(models, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ id, name, maker, line, inputs, reasons, tools }) =>
    `${id} ${name} ${maker} ${line} ${inputs.join(" ")} ${reasons ? "reasoning" : ""} ${tools ? "tools" : ""}`;
  return models.filter((model) => words.every((it) => textOf(model).toLowerCase().includes(it)));
}
