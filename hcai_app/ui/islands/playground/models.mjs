// What the playground can do with a model: plain functions, no page.
export const draws = (model) => model?.outputs.includes("image") ?? false;
export const sees = (model, { type }) => model?.takes.includes(type) ?? false;

// Whether an answer is shown as it comes. What draws is always: there is no such choice for it.
export const isStreamed = (settings, model) => settings.stream !== false || draws(model);

// The model to begin with: the one that was asked for, or that was used last, or the first.
export const firstOf = (models, ...wanted) =>
  wanted.map((id) => models.find((model) => model.id === id)).find(Boolean) ?? models[0];
