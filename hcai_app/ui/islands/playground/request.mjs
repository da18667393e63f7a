// From a conversation to the body of a request: what is sent, and what the code view shows.
import { asTree, threadOf } from "./conversations.mjs";
import { draws, readsFiles, seesPictures, settingsOf, valueOfSetting } from "./models.mjs";
import { FileUrl } from "./request-code.mjs";
import { megabytes } from "./words.mjs";

const FREE_PARSER = [{ id: "file-parser", pdf: { engine: "cloudflare-ai" } }];
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// What stands around the files in a body, roughly.
const ROOM_FOR_THE_REST = 16_384;

export const wellFormed = (text) => text.replace(HALVES, "\ufffd");
export const isPicture = (file) => file.type.startsWith("image/");

// Whether an answer is shown as it comes. What draws is always: there is no such choice for it.
export const isStreamed = ({ settings }, model) => settings.stream !== false || draws(model);

// `urlOf` gives a file's data URL, or what stands for it; `table` is that of settings.py.
export function chatBody(conversation, model, urlOf, table) {
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
    ...chosenSettings(settings, model, table),
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

function chosenSettings(settings, model, table) {
  const chosen = {};
  for (const setting of settingsOf(model, table)) {
    const value = valueOfSetting(setting, settings[setting.name]);
    if (value === undefined) continue;
    if (setting.name === "aspect_ratio") chosen.image_config = { aspect_ratio: value };
    else if (setting.name === "schema")
      chosen.response_format = { type: "json_schema", json_schema: value };
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
      const own = message.files ?? [];
      const others = drawn.filter(({ id }) => !own.some((file) => file.id === id));
      const files = [...(seesPictures(model) ? others : []), ...own];
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

export const FIRST_TEXTS = [
  "A raccoon steals pizza",
  "Trash pandas love leftover pizza",
  "How to sort a list in Python",
];

// With nothing written yet, a program that can be run all the same.
export function embeddingsBody(model, texts) {
  const written = texts.filter((text) => text.trim()).map(wellFormed);
  return { model, input: written.length ? written : FIRST_TEXTS.slice(0, 1) };
}
export const moderationBody = (model, text) => ({ model, input: wellFormed(text) });

// The request that the page would send next: with what stands in the field, or else the last one.
export function requestOf({ mode, conversation, model, draft, table, ...it }) {
  if (mode === "embeddings")
    return { kind: "embedding", body: embeddingsBody(it.embedder, it.texts) };
  if (mode === "moderation") {
    const text = it.checked || "Something that somebody wrote";
    return { kind: "moderation", body: moderationBody(it.moderator, text) };
  }
  const asked = { ...conversation, messages: nextMessages(conversation, draft) };
  const asFile = ({ name, type }) => new FileUrl(name, type);
  const body = shownBody(chatBody(asked, model, asFile, table));
  return { kind: kindOf(body), body };
}

function nextMessages(conversation, { text, files }) {
  const thread = threadOf(asTree(conversation));
  if (text.trim() || files.length) return [...thread, { role: "user", text, files }];
  if (thread.length === 0) return [{ role: "user", text: "Name my raccoon rhythm game.", files }];
  return thread.at(-1).role === "user" ? thread : thread.slice(0, -1);
}

// Why a model is not sent a file of this type.
export function refusal({ name = "This file", type }, model) {
  if (type === "application/pdf")
    return `${name}: this model cannot read PDFs. Choose one that takes files.`;
  const kinds = seesPictures(model) ? "a PDF, PNG, JPEG, WebP or GIF can" : "a PDF can";
  if (!/^image\/(png|jpeg|webp|gif)$/.test(type)) return `${name} cannot be sent: ${kinds}.`;
  return `${name}: ${model?.name ?? "this model"} cannot see pictures. Choose one that takes images.`;
}
