// From a conversation to the body of a request: what is sent, and what the code view shows.
import { asTree, isWritten, threadOf } from "./conversations.mjs";
import { draws, PDF, sees, seesPictures, settingsOf, valueOfSetting } from "./models.mjs";
import { megabytes } from "./words.mjs";

const FREE_PARSER = [{ id: "file-parser", pdf: { engine: "cloudflare-ai" } }];
// What stands around the files in a body, roughly.
const ROOM_FOR_THE_REST = 16_384;

// What stands in a body for a file's data URL: its program reads the file that lies beside it.
export const MARK = `${crypto.randomUUID()} `;
const fileUrl = ({ name, type }) => `${MARK}${type} ${name}`;

export const isPicture = (file) => file.type.startsWith("image/");

// Whether an answer is shown as it comes. What draws is always: there is no such choice for it.
export const isStreamed = ({ settings }, model) => settings.stream !== false || draws(model);

// `urlOf` gives a file's data URL, or what stands for it; `table` is that of settings.py.
export function chatBody(conversation, model, urlOf, table) {
  const messages = messagesOf(conversation, model, urlOf);
  const isParsed = sees(model, { type: PDF }) && !model.inputs.includes("file");
  const hasPdf = filesOf(conversation).some(({ type }) => type === PDF);
  return {
    model: conversation.model,
    messages,
    ...(isStreamed(conversation, model) && { stream: true }),
    ...(draws(model) && {
      modalities: ["image", "text"].filter((it) => model.outputs.includes(it)),
    }),
    ...chosenSettings(conversation.settings, model, table),
    ...(isParsed && hasPdf && { plugins: FREE_PARSER }),
  };
}

export const kindOf = (body) => (body.modalities ? "picture" : body.stream ? "stream" : "chat");

// The code view's form of a request for a picture: whole, so that the picture can be kept at once.
export function shownBody(body) {
  const { stream, ...whole } = body;
  return body.modalities ? whole : body;
}

// Where a body has what is called otherwise, or lies deeper, than its setting.
const PLACES = {
  aspect_ratio: (value) => ({ image_config: { aspect_ratio: value } }),
  schema: (value) => ({ response_format: { type: "json_schema", json_schema: value } }),
  response_format: (value) => ({ response_format: { type: value } }),
};

function chosenSettings(settings, model, table) {
  const chosen = settingsOf(model, table).map((setting) => {
    const { name } = setting;
    const value = valueOfSetting(setting, settings[name]);
    return value !== undefined && (PLACES[name]?.(value) ?? { [name]: value });
  });
  return Object.assign({}, ...chosen);
}

function messagesOf({ settings, messages }, model, urlOf) {
  const system = (settings.system ?? "").trim();
  const sent = system ? [{ role: "system", content: system.toWellFormed() }] : [];
  let drawn = [];
  for (const { role, text, files = [], images = [], annotations } of messages) {
    if (role === "user") {
      // A picture that was drawn goes back with the next words, so that they can be about it.
      const others = drawn.filter(({ id }) => !files.some((file) => file.id === id));
      const content = contentOf(text, [...others, ...files], urlOf, model);
      if (content.length) sent.push({ role, content });
    } else if (text) {
      const read = annotations?.length && { annotations };
      sent.push({ role: "assistant", content: text.toWellFormed(), ...read });
    }
    if (role === "user" || images.length) drawn = images;
  }
  return sent;
}

function contentOf(written, files, urlOf, model) {
  const text = written.toWellFormed();
  const parts = files.filter((file) => sees(model, file)).map((file) => partOf(file, urlOf(file)));
  return parts.length ? [...(text ? [{ type: "text", text }] : []), ...parts] : text;
}

function partOf(file, url) {
  if (isPicture(file)) return { type: "image_url", image_url: { url } };
  return { type: "file", file: { filename: file.name, file_data: url } };
}

// Which of the files a model is not sent; empty when it gets them all.
export function unseenNote(files, model) {
  const names = (files ?? []).filter((file) => model && !sees(model, file)).map(({ name }) => name);
  return names.length ? `${model.name} does not see ${names.join(", ")}.` : "";
}

// The files that a conversation sends with its next request.
export const filesOf = ({ messages }) => messages.flatMap(({ files = [] }) => files);

// Why files cannot be sent together; empty when they can. In base64 three bytes become four.
export function tooLarge(files, maxBytes) {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const most = ((maxBytes - ROOM_FOR_THE_REST) / 4) * 3;
  if (bytes <= most) return "";
  const what = files.length === 1 ? `${files[0].name} is` : "The files of this conversation are";
  return `${what} ${megabytes(bytes)}. The most that fits into a request is ${megabytes(most)}: it may have ${megabytes(maxBytes)}, and files grow by a third on the way.`;
}

// A name that a file system, a shell and a reader get along with.
export function safeName(name, taken = []) {
  const known = name.normalize("NFC").replace(/[^\p{L}\p{N} ._()-]/gu, "_");
  const plain =
    known
      .replace(/^[-.\s]+/, "")
      .slice(-80)
      .trim() || "file";
  const [, stem, end = ""] = /^(.+?)(\.[^.]*)?$/.exec(plain);
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
  const written = texts.filter((text) => text.trim()).map((text) => text.toWellFormed());
  return { model, input: written.length ? written : FIRST_TEXTS.slice(0, 1) };
}
export const moderationBody = (model, text) => ({ model, input: text.toWellFormed() });

// The request that the page would send next: with what stands in the field, or else the last one.
export function requestOf({ mode, conversation, model, table, ...it }) {
  if (mode === "embeddings")
    return { kind: "embedding", body: embeddingsBody(it.embedder, it.texts) };
  if (mode === "moderation") {
    const text = it.checked || "Something that somebody wrote";
    return { kind: "moderation", body: moderationBody(it.moderator, text) };
  }
  const asked = { ...conversation, messages: nextMessages(conversation) };
  const body = shownBody(chatBody(asked, model, fileUrl, table));
  return { kind: kindOf(body), body };
}

function nextMessages({ draft, ...conversation }) {
  const thread = threadOf(asTree(conversation));
  if (isWritten(draft)) return [...thread, { role: "user", ...draft }];
  if (thread.length === 0) return [{ role: "user", text: "Name my raccoon rhythm game." }];
  return thread.at(-1).role === "user" ? thread : thread.slice(0, -1);
}

// Why a model is not sent a file of this type.
export function refusal({ name = "This file", type }, model) {
  if (type === PDF) return `${name}: this model cannot read PDFs. Choose one that takes files.`;
  if (/^image\/(png|jpeg|webp|gif)$/.test(type))
    return `${name}: ${model?.name ?? "this model"} cannot see pictures. Choose one that takes images.`;
  const kinds = seesPictures(model) ? "a PDF, PNG, JPEG, WebP or GIF can" : "a PDF can";
  return `${name} cannot be sent: ${kinds}.`;
}
