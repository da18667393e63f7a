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
