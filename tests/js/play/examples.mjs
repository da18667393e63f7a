// A model, a conversation and files, as the playground's modules know them.

export const CHAT = {
  id: "a/chat",
  kind: "chat",
  inputs: ["text", "image", "file"],
  outputs: ["text"],
  takes: ["image/png", "application/pdf"],
  parameters: ["temperature", "max_tokens", "reasoning"],
  maxOutput: 1000,
};
export const CONVERSATION = { id: "t", title: "", model: "a/chat", settings: {}, messages: [] };
export const PDF = { id: "f1", name: "a.pdf", type: "application/pdf", size: 10 };
export const PNG = { id: "f2", name: "b.png", type: "image/png", size: 10 };
export const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

export const question = (text, ...files) => ({ role: "user", text, files });

// A part of settings.py.
const setting = (name, kind, takes, more) => ({
  name,
  kind,
  takes,
  min: 0,
  max: null,
  step: 1,
  ...more,
});
export const TABLE = [
  setting("aspect_ratio", "choice", [], { for_pictures: true, choices: [["16:9", "16:9"]] }),
  setting("temperature", "range", ["temperature"], { max: 2, step: 0.1 }),
  setting("max_tokens", "number", ["max_tokens", "max_completion_tokens"], { min: 1 }),
  setting("reasoning_effort", "choice", ["reasoning"], { choices: [["low", "Low"]] }),
  setting("top_p", "range", ["top_p"], { max: 1, step: 0.05 }),
  setting("tools", "json", ["tools"]),
  setting("schema", "json", ["structured_outputs"]),
];
