// What the page holds beside the conversations, and what it shows of both: Python's components read it
// by `usePlay`, with a name of VIEWS or the path of a value.
import { useSyncExternalStore } from "react";
import { askedOf, asText } from "./asking.mjs";
import { isRunning, raceOf, threadOf, titleOf, versionsOf } from "./conversations.mjs";
import { ofMode, sees } from "./models.mjs";
import { Observable } from "../observable.mjs";
import { formsOf } from "./schemas.mjs";

const MOST_FOUND = 60;
// What a page begins with comes from Python: `PageState` in store.py.
const page = new Observable({ room: null, models: [], urls: {} });
export const { read, subscribe } = page;
export const set = (change) => page.set(change);
// The store of whoever sits here, and what is to be done when a call was paid for.
export const held = { store: null, onSpent: null };

const at = (path) => path.split(".").reduce((it, key) => it?.[key], read());

// A part of what is shown, made anew only when a value at one of its paths has changed.
function view(paths, make) {
  let last = [];
  let value;
  return () => {
    const now = paths.split(" ").map(at);
    if (!last.length || now.some((it, place) => it !== last[place])) value = make(...now);
    last = now;
    return value;
  };
}

const GONE = {
  kind: "",
  color: "var(--chart-other)",
  inputs: [],
  outputs: [],
  takes: [],
  parameters: [],
};
const offered = (models, id) => models.find((model) => model.id === id);
const modelIn = (models, id = "") =>
  offered(models, id) ?? { ...GONE, id, name: `${id} (no longer here)` };

function has(text, words) {
  const looked = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((it) => looked.includes(it));
}

// The address of a kept file, as soon as it has been read.
function urlOf(conversationId, { id }) {
  const { urls } = read();
  if (urls[id] !== undefined) return urls[id];
  urls[id] = "";
  held.store.file(conversationId, id).then((blob) => {
    if (blob) set({ urls: { ...read().urls, [id]: URL.createObjectURL(blob) } });
  });
  return "";
}

// A picture that is still arriving is its own address.
const withUrls = (id, files = []) =>
  files.map((file) => {
    if (typeof file === "string") return { name: "", picture: true, url: file };
    const picture = file.type.startsWith("image/");
    return { ...file, picture, url: picture ? urlOf(id, file) : "" };
  });

function turns(models, _urls, id, messages = [], chosen = {}) {
  const conversation = { messages, chosen };
  const shown = (message) => {
    const versions = versionsOf(conversation, message).map((it) => it.id);
    const { name: by, color } = modelIn(models, message.model);
    const [files, images] = [message.files, message.images].map((it) => withUrls(id, it));
    const place = { at: versions.indexOf(message.id) + 1, of: versions.length };
    return { ...message, ...place, files, images, by, color };
  };
  return threadOf(conversation).map((message) => {
    const race = raceOf(conversation, message);
    const answers = (race.length > 1 ? race : [message]).map(shown);
    return { ...shown(message), answers, many: answers.length };
  });
}

const wordsOf = ({ title, messages }) => [title, ...messages.map(({ text }) => text)].join("\n");

function heads(all = [], finding = "") {
  const isListed = (it) => it.messages.length > 0 && (!finding || has(wordsOf(it), finding));
  const head = (it) => ({ id: it.id, name: titleOf(it), isRunning: isRunning(it) });
  return all.filter(isListed).map(head);
}

function palette(wanted, models, all = [], pages = []) {
  const chats = ofMode(models, "chat");
  const entries = [
    ...pages.map(([name, id]) => ({ name, id, kind: "Page" })),
    ...all.map((it) => ({ id: it.id, name: titleOf(it), kind: "Conversation", of: it })),
    ...chats.map(({ id, name, maker }) => ({ id, name, kind: "Model", more: `${maker} ${id}` })),
  ];
  const more = ({ of, more: about = "" }) => (of ? wordsOf(of) : about);
  return entries.filter((it) => has(`${it.name} ${more(it)}`, wanted)).slice(0, 9);
}

function found(models, query, mode) {
  const textOf = ({ id, name, maker, line, inputs, reasons, tools }) =>
    `${id} ${name} ${maker} ${line} ${inputs} ${reasons ? "reasoning" : ""} ${tools ? "tools" : ""}`;
  const all = ofMode(models, mode === "embeddings" ? mode : "chat");
  return all.filter((model) => has(textOf(model), query)).slice(0, MOST_FOUND);
}

// The model that would take what is attached, or was refused, when the chosen one does not.
function fitting(models, id, files = [], refused = []) {
  const chosen = offered(models, id);
  const unseen = refused.length ? refused : files.filter((file) => chosen && !sees(chosen, file));
  const isFree = (it) => !(it.isForbidden || it.isUnserved);
  const fits = (it) => isFree(it) && unseen.every((file) => sees(it, file));
  return unseen.length ? (ofMode(models, "chat").find(fits) ?? null) : null;
}

// What the code view shows is asked for by this.
function asked(isShown) {
  const { room, models, mode, language, embedder, texts, moderator, checked } = read();
  if (!isShown || !room) return "";
  const { draft, model, ...conversation } = room.conversation;
  const branch = { ...conversation, messages: threadOf(room.conversation) };
  const chat = { ...askedOf(branch, modelIn(models, model)), draft };
  return asText({ mode, language, chat, embedder, texts, moderator, checked });
}

const OPEN = "room.conversation";
const VIEWS = {
  turns: view(`models urls ${OPEN}.id ${OPEN}.messages ${OPEN}.chosen`, turns),
  asked: view(`${OPEN}.id ${OPEN}.messages`, (id, messages) => {
    return `${id} ${messages?.findLast(({ role }) => role === "user")?.id}`;
  }),
  isRunning: view(`${OPEN}.messages`, (messages = []) => isRunning({ messages })),
  heads: view("room.all finding", heads),
  attached: view(`${OPEN}.id ${OPEN}.draft.files urls`, withUrls),
  model: view(`models mode embedder ${OPEN}.model`, (models, mode, embedder, model) =>
    modelIn(models, mode === "embeddings" ? embedder : model),
  ),
  rivals: view(`models ${OPEN}.rivals`, (models, ids = []) => ids.map((id) => modelIn(models, id))),
  fitting: view(`models ${OPEN}.model ${OPEN}.draft.files refused`, fitting),
  canSend: view(`models ${OPEN}.model ${OPEN}.draft`, (models, id, { text, files } = {}) => {
    const model = offered(models, id);
    return Boolean(model && (text?.trim() || files?.some((it) => sees(model, it))));
  }),
  found: view("models query mode", found),
  palette: view("wanted models room.all given.pages", palette),
  tools: view(`${OPEN}.settings.tools`, (text) => formsOf("tools", text)),
  schema: view(`${OPEN}.settings.schema`, (text) => formsOf("schema", text)),
  request: view("coding language mode embedder texts moderator checked models room", asked),
};

export function usePlay(name) {
  const shown = VIEWS[name] ?? (() => at(name));
  return useSyncExternalStore(subscribe, shown, shown);
}
