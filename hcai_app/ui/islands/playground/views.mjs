// What the page holds beside the conversations, and what it shows of both: Python's components read it
// by `usePlay`, with a name of VIEWS or the path of a value.
import { useSyncExternalStore } from "react";
import { askedOf, asText } from "./asking.mjs";
import { isRunning, raceOf, threadOf, titleOf, versionsOf } from "./conversations.mjs";
import { sees } from "./models.mjs";
import { Observable } from "../observable.mjs";
import { formsOf } from "./schemas.mjs";

const MOST_FOUND = 60;
const MOST_IN_PALETTE = 9;
// What a page begins with comes from Python: `PageState` in store.py.
const page = new Observable({ room: null, models: { chat: [], embeddings: [] } });
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

const offered = (models, id) => models.find((model) => model.id === id);
const modelIn = (models, id = "") =>
  offered(models, id) ?? { ...read().gone, id, name: `${id} (no longer here)` };

const has = (text, words) =>
  words.split(/\s+/).every((it) => text.toLowerCase().includes(it.toLowerCase()));

function turns(models, messages = [], chosen = {}) {
  const conversation = { messages, chosen };
  const shown = (message) => {
    const versions = versionsOf(conversation, message);
    const { name: by, color } = modelIn(models, message.model);
    const place = { versions, at: versions.indexOf(message) + 1 };
    return { files: [], images: [], ...message, ...place, by, color };
  };
  return threadOf(conversation).map((message) => {
    const race = raceOf(conversation, message);
    return { ...shown(message), answers: (race.length > 1 ? race : [message]).map(shown) };
  });
}

const wordsOf = ({ title, messages }) => [title, ...messages.map(({ text }) => text)].join("\n");

function heads(all = [], finding = "") {
  const isListed = (it) => it.messages.length > 0 && (!finding || has(wordsOf(it), finding));
  const head = (it) => ({ id: it.id, name: titleOf(it), isRunning: isRunning(it) });
  return all.filter(isListed).map(head);
}

function found(models, mode, query) {
  const textOf = ({ id, name, maker, line, inputs, reasons, tools }) =>
    `${id} ${name} ${maker} ${line} ${inputs} ${reasons ? "reasoning" : ""} ${tools ? "tools" : ""}`;
  return (models[mode] ?? []).filter((it) => has(textOf(it), query)).slice(0, MOST_FOUND);
}

function palette(wanted, models, all, pages = []) {
  const of = (kind, list) => list.map((it) => ({ ...it, kind }));
  const named = pages.filter(({ name }) => has(name, wanted));
  const conversations = of("Conversation", heads(all, wanted));
  const chats = of("Model", found(models, "chat", wanted));
  return [...of("Page", named), ...conversations, ...chats].slice(0, MOST_IN_PALETTE);
}

const rivals = (models, ids = []) => ids.map((id) => modelIn(models, id));

// The model that would take what is attached, or was refused, when the chosen one does not.
function fitting(models, id, files = [], refusal = null) {
  const chosen = offered(models, id);
  const unseen = refusal?.files ?? files.filter((file) => chosen && !sees(chosen, file));
  const isFree = (it) => !(it.isForbidden || it.isUnserved);
  const fits = (it) => isFree(it) && unseen.every((file) => sees(it, file));
  return unseen.length ? (models.find(fits) ?? null) : null;
}

// What the code view shows is asked for by this.
function asked(isShown) {
  const { room, models, mode, language, embedder, texts, moderator, checked } = read();
  if (!isShown || !room) return "";
  const { draft, model, ...conversation } = room.conversation;
  const branch = { ...conversation, messages: threadOf(room.conversation) };
  const chat = { ...askedOf(branch, modelIn(models.chat, model)), draft };
  return asText({ mode, language, chat, embedder, texts, moderator, checked });
}

const OPEN = "room.conversation";
const VIEWS = {
  turns: view(`models.chat ${OPEN}.messages ${OPEN}.chosen`, turns),
  asked: view(`${OPEN}.id ${OPEN}.messages`, (id, messages) => {
    return `${id} ${messages?.findLast(({ role }) => role === "user")?.id}`;
  }),
  isRunning: view(`${OPEN}.messages`, (messages = []) => isRunning({ messages })),
  heads: view("room.all finding", heads),
  model: view(`models mode embedder ${OPEN}.model`, (models, mode, embedder, id) =>
    mode === "embeddings" ? modelIn(models.embeddings, embedder) : modelIn(models.chat, id),
  ),
  rivals: view(`models.chat ${OPEN}.rivals`, rivals),
  fitting: view(`models.chat ${OPEN}.model ${OPEN}.draft.files refusal`, fitting),
  found: view("models mode query", found),
  palette: view("wanted models room.all given.pages", palette),
  tools: view(`${OPEN}.settings.tools`, (text) => formsOf("tools", text)),
  schema: view(`${OPEN}.settings.schema`, (text) => formsOf("schema", text)),
  request: view("coding language mode embedder texts moderator checked models room", asked),
};

export function usePlay(name) {
  const shown = VIEWS[name] ?? (() => at(name));
  return useSyncExternalStore(subscribe, shown, shown);
}
