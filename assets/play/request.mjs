// From a conversation to the body of a request: what is sent, and what the code view shows.
import { draws, readsFiles, seesPictures, settingsOf, valueOfSetting } from "./models.mjs";

const FREE_PARSER = [{ id: "file-parser", pdf: { engine: "cloudflare-ai" } }];
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// What stands around the files in a body, roughly.
const ROOM_FOR_THE_REST = 16_384;

export const wellFormed = (text) => text.replace(HALVES, "\ufffd");
export const isPicture = (file) => file.type.startsWith("image/");

// Whether an answer is shown as it comes. What draws is always: there is no such choice for it.
export const isStreamed = ({ settings }, model) => settings.stream !== false || draws(model);

// `urlOf` gives a file's data URL, or what stands for it.
export function chatBody(conversation, model, urlOf) {
  const { settings } = conversation;
  const messages = messagesOf(conversation, model, urlOf);
  const hasFiles = readsFiles(model) && filesOf(conversation).some((file) => !isPicture(file));
  return {
    model: conversation.model,
    messages,
    ...(isStreamed(conversation, model) ? { stream: true } : {}),
    ...(draws(model)
      ? { modalities: model.outputs.includes("text") ? ["image", "text"] : ["image"] }
      : {}),
    ...chosenSettings(settings, model),
    ...(hasFiles && !model?.inputs.includes("file") ? { plugins: FREE_PARSER } : {}),
  };
}

export const kindOf = (body) => (body.modalities ? "picture" : body.stream ? "stream" : "chat");

// The code view's form of a request for a picture: whole, so that the picture can be kept at once.
export function shownBody(body) {
  if (!body.modalities) return body;
  const { stream, ...whole } = body;
  return whole;
}

function chosenSettings(settings, model) {
  const chosen = {};
  for (const setting of settingsOf(model)) {
    const value = valueOfSetting(setting, settings[setting.name]);
    if (value === undefined) continue;
    if (setting.name === "aspect_ratio") chosen.image_config = { aspect_ratio: value };
    else if (setting.name === "response_format") chosen.response_format = { type: value };
    else chosen[setting.name] = value;
  }
  return chosen;
}

function messagesOf(conversation, model, urlOf) {
  const system = (conversation.settings.system ?? "").trim();
  const messages = system ? [{ role: "system", content: wellFormed(system) }] : [];
  let drawn = [];
  for (const message of conversation.messages) {
    if (message.role === "user") {
      // A picture that was drawn goes back with the next words, so that they can be about it.
      const files = [...(seesPictures(model) ? drawn : []), ...(message.files ?? [])];
      const content = contentOf(message, files, urlOf, model);
      if (content.length) messages.push({ role: "user", content });
      drawn = [];
    } else if (message.text) {
      const { text, annotations } = message;
      messages.push({
        role: "assistant",
        content: wellFormed(text),
        ...(annotations?.length ? { annotations } : {}),
      });
    }
    if (message.role === "assistant" && message.images?.length) drawn = message.images;
  }
  return messages;
}

function contentOf(message, files, urlOf, model) {
  const text = wellFormed(message.text);
  const parts = files.filter((file) => sees(model, file));
  if (parts.length === 0) return text;
  return [
    ...(text ? [{ type: "text", text }] : []),
    ...parts.map((file) => partOf(file, urlOf(file))),
  ];
}

function partOf(file, url) {
  if (isPicture(file)) return { type: "image_url", image_url: { url } };
  return { type: "file", file: { filename: file.name, file_data: url } };
}

export const sees = (model, file) => (isPicture(file) ? seesPictures(model) : readsFiles(model));

// Which of the files a model is not sent; empty when it gets them all.
export function unseenNote(files, model) {
  const names = (files ?? []).filter((file) => model && !sees(model, file)).map(({ name }) => name);
  return names.length ? `${model.name} does not see ${names.join(", ")}.` : "";
}

// The files that a conversation sends with its next request.
export const filesOf = (conversation) =>
  conversation.messages.flatMap((message) => message.files ?? []);

// How large files are on the way: in base64 three bytes become four.
export const sentBytes = (files) =>
  files.reduce((sum, file) => sum + Math.ceil(file.size / 3) * 4, 0);

// Why files cannot be sent together; empty when they can.
export function tooLarge(files, maxBytes) {
  if (sentBytes(files) + ROOM_FOR_THE_REST <= maxBytes) return "";
  const most = megabytes(((maxBytes - ROOM_FOR_THE_REST) / 4) * 3);
  const all = megabytes(files.reduce((sum, file) => sum + file.size, 0));
  const what =
    files.length === 1 ? `${files[0].name} is ${all}` : `The files of this conversation are ${all}`;
  return `${what}. The most that fits into a request is ${most}: it may have ${megabytes(maxBytes)}, and files grow by a third on the way.`;
}

export function megabytes(bytes) {
  const size = bytes / 1024 ** 2;
  return size < 0.1
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${size < 10 ? size.toFixed(1) : Math.floor(size)} MB`;
}

// A name that a file system, a shell and a reader get along with.
export function safeName(name, taken = []) {
  const plain =
    name
      .normalize("NFC")
      .replace(/[^\p{L}\p{N} ._()-]/gu, "_")
      .replace(/^[-.\s]+/, "")
      .slice(-80)
      .trim() || "file";
  const dot = plain.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [plain.slice(0, dot), plain.slice(dot)] : [plain, ""];
  let unique = plain;
  for (let number = 2; taken.includes(unique); number += 1) unique = `${stem}-${number}${end}`;
  return unique;
}
