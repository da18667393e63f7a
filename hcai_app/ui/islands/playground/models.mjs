// What the playground can do with a model: plain functions, no page.
import { parsed } from "./answers.mjs";

export const PDF = "application/pdf";
export const draws = (model) => model?.outputs.includes("image") ?? false;
export const modeOf = (model) => (model.kind === "embedding" ? "embeddings" : "chat");
export const ofMode = (models, mode) => models.filter((model) => modeOf(model) === mode);
export const sees = (model, { type }) => model?.takes.includes(type) ?? false;
export const seesPictures = (model) => sees(model, { type: "image/png" });

// The settings of `table` (settings.py) that a model takes, with the bounds that it has.
export function settingsOf(model, table) {
  const isTaken = ({ takes, for_pictures }) =>
    for_pictures ? draws(model) : takes.some((name) => model?.parameters.includes(name));
  const most = { max_tokens: model?.maxOutput };
  return table.filter(isTaken).map((it) => ({ ...it, max: most[it.name] || it.max }));
}

// A setting as a value that may be sent; undefined where nothing, or nothing sensible, was chosen.
export function valueOfSetting({ kind, choices, min, max, step }, given) {
  if (given === undefined || given === null || given === "") return undefined;
  if (kind === "text") return String(given);
  if (kind === "json") return Object.keys(parsed(given) ?? {}).length ? parsed(given) : undefined;
  if (kind === "choice") return choices.find(([value]) => value === given)?.[0];
  const number = step === 1 ? Math.round(given) : Number(given);
  if (!Number.isFinite(number)) return undefined;
  return Math.min(max ?? Number.MAX_SAFE_INTEGER, Math.max(min, number));
}

// The model to begin with: the one that was asked for, or that was used last, or the first.
export const firstOf = (models, ...wanted) =>
  wanted.map((id) => models.find((model) => model.id === id)).find(Boolean) ?? models[0];
