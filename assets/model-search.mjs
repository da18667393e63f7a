// How the list of models is searched, filtered and put in order: plain functions, no page.

export const OUTPUTS = [
  ["", "All"],
  ["text", "Text"],
  ["image", "Images"],
  ["embeddings", "Embeddings"],
];
export const INPUTS = [
  ["", "Takes anything"],
  ["image", "Takes images"],
  ["file", "Takes files"],
  ["audio", "Takes audio"],
  ["video", "Takes video"],
];
export const PRICES = [
  ["", "Any price"],
  ["free", "Free"],
  ["1", "Under $1 per million"],
  ["5", "Under $5 per million"],
  ["20", "Under $20 per million"],
];
export const CONTEXTS = [
  ["", "Any context"],
  ["32000", "32k context or more"],
  ["128000", "128k context or more"],
  ["1000000", "1M context or more"],
];
export const ORDERS = [
  ["", "Our order"],
  ["price", "Cheapest first"],
  ["context", "Longest context first"],
  ["newest", "Newest first"],
  ["name", "By name"],
];
export const CHOICES = { out: OUTPUTS, in: INPUTS, price: PRICES, context: CONTEXTS, sort: ORDERS };
export const NOTHING_CHOSEN = { q: "", out: "", in: "", price: "", context: "", sort: "" };
const MAX_QUERY = 100;

// Whatever stands in an address: only what can be chosen is taken from it.
export function fromAddress(search) {
  const given = new URLSearchParams(search);
  const chosen = { ...NOTHING_CHOSEN, q: (given.get("q") ?? "").slice(0, MAX_QUERY) };
  for (const [name, choices] of Object.entries(CHOICES))
    if (choices.some(([value]) => value === given.get(name))) chosen[name] = given.get(name);
  return chosen;
}

export function toAddress(chosen) {
  const given = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value.trim()));
  return given.size ? `?${given}` : "";
}

export function isFiltered(chosen) {
  return Object.entries(chosen).some(([name, value]) => name !== "sort" && value.trim() !== "");
}

// What is searched of a model, made once for each.
export function prepared(models) {
  return models.map((model) => ({
    ...model,
    text: `${model.name} ${model.maker} ${model.id} ${model.line}`.toLowerCase(),
  }));
}

export function find(models, chosen) {
  const words = chosen.q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = models.filter((model) => fits(model, chosen, words));
  const order = COMPARED[chosen.sort];
  return order ? found.sort(order) : found;
}

function fits(model, chosen, words) {
  return (
    words.every((word) => model.text.includes(word)) &&
    (!chosen.out || model.outputs.includes(chosen.out)) &&
    (!chosen.in || model.inputs.includes(chosen.in)) &&
    (!chosen.context || model.context >= Number(chosen.context)) &&
    isCheap(model, chosen.price)
  );
}

function isCheap(model, price) {
  if (!price) return true;
  if (price === "free") return model.isFree;
  return model.dearest !== null && model.dearest < Number(price);
}

// Sorting keeps the order of equals, so that ties stay in ours; what is unknown comes last.
const COMPARED = {
  price: (one, other) => (one.cost ?? Infinity) - (other.cost ?? Infinity) || 0,
  context: (one, other) => other.context - one.context,
  newest: (one, other) => other.created - one.created,
  name: (one, other) => one.name.localeCompare(other.name, "en", { numeric: true }),
};
