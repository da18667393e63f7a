// What the page holds beside the conversations, and what it shows of both: Python's components read it
// by `usePlay`, with a name of VIEWS or the path of a value.
import { useSyncExternalStore } from "react";
import { raceOf, threadOf, titleOf, versionsOf } from "./conversations.mjs";
import { found, modeOf, ofMode, takenBy } from "./models.mjs";
import { Observable } from "./observable.mjs";
import { program } from "./request-code.mjs";
import { FIRST_TEXTS, isPicture, requestOf, sees, unseenNote } from "./request.mjs";
import { formsOf } from "./schemas.mjs";

const MOST_FOUND = 60;
const page = new Observable({
  ...{ room: null, models: [], given: null, mode: "chat", unreachable: "", spoken: "" },
  ...{ editing: "", edited: "", naming: "", finding: "", wanted: "", query: "", picking: "model" },
  ...{ refusal: "", refused: [], dropping: false, light: "", urls: {}, copied: "", prompts: [] },
  ...{
    coding: false,
    language: "curl",
    resting: false,
    link: "",
    withAnswers: true,
    stranger: null,
  },
  ...{ embedder: "", texts: FIRST_TEXTS, compared: null, checked: "", verdict: null },
  ...{ moderator: "omni-moderation-latest", busy: false, failure: null },
});
export const { read, subscribe } = page;
export const set = (change) => page.set(change);
// The store of whoever sits here.
export const held = { store: null };

const at = (path) => path.split(".").reduce((it, key) => it?.[key], read());

// A part of what is shown, made anew only when a value at one of its paths has changed.
function view(paths, make) {
  let last = [];
  let value;
  return () => {
    const now = paths.split(" ").map(at);
    if (last.length === 0 || now.some((it, place) => it !== last[place])) value = make(...now);
    last = now;
    return value;
  };
}

const modelIn = (models, id) =>
  models.find((model) => model.id === id) ?? {
    id,
    color: "var(--chart-other)",
    inputs: [],
    outputs: [],
  };
const named = (model) => ({ ...model, name: model.name ?? `${model.id} (no longer here)` });
const includesAll = (text, words) =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((it) => text.toLowerCase().includes(it));

// The address of a kept file, as soon as it has been read.
function urlOf(conversationId, file) {
  const { urls } = read();
  if (typeof file === "string") return file;
  if (urls[file.id] === undefined) {
    urls[file.id] = "";
    held.store.file(conversationId, file.id).then((blob) => {
      if (blob) set({ urls: { ...read().urls, [file.id]: URL.createObjectURL(blob) } });
    });
  }
  return urls[file.id];
}

const withUrls = (id, files = []) =>
  files.map((file) => {
    const picture = typeof file === "string" || isPicture(file);
    return { ...(file.id ? file : { name: "" }), picture, url: picture ? urlOf(id, file) : "" };
  });

function turns(models, _urls, id, model, messages = [], chosen = {}) {
  const conversation = { id, messages, chosen };
  const asked = models.find((it) => it.id === model);
  const shown = (message) => {
    const versions = versionsOf(conversation, message);
    const place = { at: versions.findIndex((it) => it.id === message.id) + 1, of: versions.length };
    const { name, color } = named(modelIn(models, message.model));
    const note = unseenNote(message.files, asked);
    const [files, images] = [withUrls(id, message.files), withUrls(id, message.images)];
    return { ...message, ...place, files, images, note, by: name, color };
  };
  return threadOf(conversation).map((message) => {
    const race = raceOf(conversation, message);
    const answers = (race.length > 1 ? race : [message]).map(shown);
    return { ...answers.find((it) => it.id === message.id), answers, many: answers.length };
  });
}

function heads(all = [], running = [], finding = "") {
  const isFound = ({ title, words = "" }) => includesAll(`${title}\n${words}`, finding);
  const own = all.filter((head) => !head.isUnsent && isFound(head));
  return own.map((head) => ({
    ...head,
    name: titleOf(head),
    isRunning: running.includes(head.id),
  }));
}

function palette(wanted, models, all = [], pages = []) {
  const entries = [
    ...pages.map(([name, id]) => ({ name, id, kind: "Page" })),
    ...all.map((it) => ({ id: it.id, name: titleOf(it), kind: "Conversation", more: it.words })),
    ...models.map(({ id, name, maker }) => ({ id, name, kind: "Model", more: `${maker} ${id}` })),
  ];
  return entries.filter((it) => includesAll(`${it.name} ${it.more ?? ""}`, wanted)).slice(0, 9);
}

// The model that would take what is attached, or was refused, when the chosen one does not.
function fitting(models, model, files = [], refused = []) {
  const chosen = models.find((it) => it.id === model);
  const unseen = refused.length ? refused : files.filter((file) => chosen && !sees(chosen, file));
  const fits = (it) => !it.isForbidden && unseen.every((file) => takenBy(it).includes(file.type));
  return unseen.length ? (ofMode(models, "chat").find(fits) ?? null) : null;
}

function code(isShown) {
  const { given, models, language, room, ...state } = read();
  if (!isShown || !room) return "";
  const { conversation, draft } = room;
  const model = models.find((it) => it.id === conversation.model);
  const { kind, body } = requestOf({ ...state, conversation, model, draft, table: given.table });
  const base = `${given.own ? window.location.origin : given.base}/proxy/v1`;
  return program(given.code, kind, language, { base, body });
}

const OPEN = "room.conversation";
const VIEWS = {
  turns: view(`models urls ${OPEN}.id ${OPEN}.model ${OPEN}.messages ${OPEN}.chosen`, turns),
  asked: view(`${OPEN}.id ${OPEN}.messages`, (id, messages) => {
    return `${id} ${messages?.findLast(({ role }) => role === "user")?.id}`;
  }),
  isRunning: view(`room.running ${OPEN}.id`, (running, id) => running?.includes(id) ?? false),
  heads: view("room.heads room.running finding", heads),
  attached: view(`${OPEN}.id room.draft.files urls`, withUrls),
  model: view(`models mode embedder ${OPEN}.model`, (models, mode, embedder, model) =>
    named(modelIn(models, (mode === "embeddings" ? embedder : model) ?? "")),
  ),
  isOffered: view(`models ${OPEN}.model`, (models, id) => models.some((it) => it.id === id)),
  rivals: view(`models ${OPEN}.rivals`, (models, ids = []) =>
    ids.map((id) => named(modelIn(models, id))),
  ),
  taken: view(`models ${OPEN}.model`, (models, id) => takenBy(modelIn(models, id))),
  unseen: view(`models ${OPEN}.model room.draft.files`, (models, id, files) =>
    unseenNote(
      files,
      models.find((it) => it.id === id),
    ),
  ),
  fitting: view(`models ${OPEN}.model room.draft.files refused`, fitting),
  canSend: view(`models ${OPEN}.model room.draft`, (models, id, draft) => {
    const model = models.find((it) => it.id === id);
    return Boolean(model && (draft?.text.trim() || draft?.files.some((it) => sees(model, it))));
  }),
  found: view("models query mode", (models, query, mode) =>
    found(ofMode(models, mode === "embeddings" ? mode : "chat"), query).slice(0, MOST_FOUND),
  ),
  palette: view("wanted models room.heads given.pages", (wanted, models, ...more) =>
    palette(wanted, ofMode(models, "chat"), ...more),
  ),
  tools: view(`${OPEN}.settings.tools`, (text) => formsOf("tools", text)),
  schema: view(`${OPEN}.settings.schema`, (text) => formsOf("schema", text)),
  code: view("coding language mode embedder texts moderator checked models room", code),
  modes: view("models", (models) => models.map(modeOf)),
};

export function usePlay(name) {
  const shown = VIEWS[name] ?? (() => at(name));
  return useSyncExternalStore(subscribe, shown, shown);
}
