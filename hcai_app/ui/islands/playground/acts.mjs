// What a reader can do on the page, by the names that Python's components call.
import { remember, remembered } from "../browser-storage.mjs";
import { parsed } from "./answers.mjs";
import { asText } from "./asking.mjs";
import { call } from "./call.mjs";
import { asJson, asMarkdown, isRunning, NOTHING_WRITTEN, titleOf } from "./conversations.mjs";
import { fileOf, filesOf } from "./files.mjs";
import { draws, firstOf, sees } from "./models.mjs";
import { formsOf, textOf, withField, withForm } from "./schemas.mjs";
import * as share from "./share.mjs";
import { comparison } from "./similarity.mjs";
import { held, read, set } from "./views.mjs";

const MOST_RIVALS = 3;
const MOST_PROMPTS = 20;
const TAKEN_ALONG = "hcai-shared"; // what leads from the page of a shared conversation to here
const NO_CHAT = { messages: [] };

const element = (id) => document.getElementById(id);
// As soon as it is drawn. Whoever has opened the palette again meanwhile types there.
const isFinding = () => element("play-palette")?.matches(":popover-open");
const focusOn = (id) => requestAnimationFrame(() => isFinding() || element(id)?.focus());
const open = () => read().room.conversation;
const promptsPlace = () => `hcai-prompts ${read().given.owner}`;
const without = (list, gone) => list.filter((it) => it !== gone);

function saveText(end, text) {
  const href = URL.createObjectURL(new Blob([text]));
  const link = { href, download: `${titleOf(open())}.${end}` };
  Object.assign(document.createElement("a"), link).click();
}

// Asks what answers at once, and shows what `shown` makes of it.
async function ask(endpoint, body, shown) {
  if (read().busy) return;
  set({ busy: true, failure: null });
  const run = await call(`/playground/v1/${endpoint}`, asText(body));
  set({ busy: false, failure: run.error });
  held.store.onSpent();
  if (!run.error) set(shown(run));
}

function setForm(kind, at, change) {
  const forms = withForm(kind, formsOf(kind, open().settings[kind]), at, change);
  held.store.setting(kind, textOf(kind, forms));
}

export const act = {
  focusOn,
  put: (name, value) => set({ [name]: value }),
  async loadModels(source) {
    const { body, error } = await call(source);
    if (error) return set({ unreachable: error.message });
    const chat = body.models.filter(({ kind }) => kind !== "embedding");
    const embeddings = body.models.filter(({ kind }) => kind === "embedding");
    set({ models: { chat, embeddings }, unreachable: "" });
    return chat;
  },
  // What an address, or the page of a shared conversation, asks for is asked for once.
  openAsked() {
    const wanted = new URLSearchParams(window.location.search).get("model");
    window.history.replaceState(window.history.state, "", window.location.pathname);
    const { models, mode } = read();
    const embedder = firstOf(models.embeddings, wanted)?.id ?? "";
    const isChat = models.chat.some(({ id }) => id === wanted);
    set({ embedder, mode: isChat ? "chat" : embedder === wanted ? "embeddings" : mode });
    if (isChat) held.store.begin(wanted);
    const brought = share.read(window.sessionStorage.getItem(TAKEN_ALONG) ?? "");
    window.sessionStorage.removeItem(TAKEN_ALONG);
    if (brought) held.store.begin(brought.model, share.asOwn(brought));
  },

  begin() {
    held.store.begin();
    focusOn("play-field");
  },
  rename({ conversation: id, new_name: title }) {
    held.store.rename(id, title);
    element(`play-name-${id}`).hidePopover();
  },
  remove(id) {
    held.store.remove(id);
    focusOn("play-new");
  },
  saveAs: (end) => saveText(end, { md: asMarkdown, json: asJson }[end](open())),

  write: (text) => held.store.draft({ text }),
  stop: () => held.store.stop(),
  send() {
    const { text, files } = open().draft;
    if (isRunning(open()) || !(text.trim() || files.length)) return;
    set({ refusal: null });
    held.store.draft(NOTHING_WRITTEN);
    held.store.send(text, files);
  },
  sendOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  },
  paste(event) {
    const { files } = event.clipboardData;
    if (!files.length) return;
    event.preventDefault();
    act.attach(files);
  },
  attachChosen({ target }) {
    act.attach(target.files);
    target.value = "";
  },
  attach(given) {
    const files = [...given];
    const { draft, messages } = open();
    const odd = files.find((file) => !sees(held.store.modelOf(open()), file));
    if (odd) return set({ refusal: { name: odd.name, type: odd.type, files } });
    const written = [...draft.files, ...files.map((file) => fileOf(file))];
    const all = [...messages.flatMap((it) => it.files ?? []), ...written];
    const bytes = all.reduce((sum, { size }) => sum + size, 0);
    const isLarge = bytes > read().given.maxFileBytes;
    set({ refusal: isLarge ? { name: all.length === 1 ? all[0].name : "", bytes } : null });
    if (!isLarge) held.store.draft({ files: written });
    return focusOn("play-field");
  },
  detach(id) {
    held.store.draft({ files: open().draft.files.filter((file) => file.id !== id) });
    set({ refusal: null });
  },
  // Takes the model that fits what is attached, and attaches what was refused.
  takeFitting(model) {
    held.store.change({ model });
    act.attach(read().refusal?.files ?? []);
  },

  resend() {
    const { editing, edited } = read();
    set({ editing: null });
    if (edited.trim()) held.store.resend(editing, edited);
  },
  // A picture of the conversation goes along with the next words, to a model that draws.
  editPicture(id) {
    const { draft } = open();
    const isAble = (model) => draws(model) && sees(model, { type: "image/png" });
    const able = [held.store.modelOf(open()), ...read().models.chat].find(isAble);
    if (able) held.store.change({ model: able.id });
    const picture = filesOf(open()).find((it) => it.id === id);
    const files = [...draft.files.filter((it) => it.id !== id), picture];
    held.store.draft({ text: draft.text || "Change this picture: ", files });
    focusOn("play-field");
  },

  takeModel(id) {
    const { picking, mode } = read();
    const { model, rivals } = open();
    const others = without(rivals, id);
    const isRival = picking === "rival" && mode === "chat";
    if (mode === "embeddings") set({ embedder: id });
    else if (!isRival) held.store.change({ model: id, rivals: others });
    else if (others.length < rivals.length) held.store.change({ rivals: others });
    else if (id !== model) held.store.change({ rivals: [...rivals, id].slice(-MOST_RIVALS) });
    if (!isRival) element("play-models").hidePopover();
  },
  dropRival: (id) => held.store.change({ rivals: without(open().rivals, id) }),
  reset() {
    const { system, stream } = open().settings;
    held.store.change({ settings: { system, stream } });
  },
  keepPrompt() {
    const text = open().settings.system?.trim();
    if (text) act.setPrompts([text, ...without(read().prompts, text)].slice(0, MOST_PROMPTS));
  },
  setPrompts(prompts) {
    remember(promptsPlace(), JSON.stringify(prompts));
    set({ prompts });
  },
  dropPrompt: (text) => act.setPrompts(without(read().prompts, text)),
  loadPrompts: () => set({ prompts: parsed(remembered(promptsPlace(), "[]")) ?? [] }),
  toggleCode: (event) => set({ coding: event.newState === "open" }),
  setLanguage(language) {
    remember("hcai-language", language);
    set({ language });
  },
  // A form gets a member, or goes without one; below 0 it is a new one.
  form: (kind, at, name, value) => setForm(kind, at, name && { [name]: value }),
  field(kind, at, place, name, value) {
    const form = formsOf(kind, open().settings[kind])[at];
    setForm(kind, at, withField(form, place, name && { [name]: value }));
  },

  // Arrows go through a list; Enter in its field takes the first entry.
  arrow(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...event.currentTarget.querySelectorAll("input, [data-item]")];
    const isTaken = event.key === "Enter" && event.target === all[0];
    if (step || isTaken) event.preventDefault();
    if (step) all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
    else if (isTaken) all[1]?.click();
  },
  go(kind, id) {
    element("play-palette").hidePopover();
    if (kind === "Page") return;
    set({ mode: "chat" });
    if (kind === "Conversation") held.store.choose(id);
    else held.store.change({ model: id });
    focusOn("play-field");
  },

  async share(withAnswers) {
    set({ withAnswers });
    const fragment = await share.packed(share.sharedOf(open(), withAnswers));
    set({ link: fragment && `${window.location.origin}/shared#${fragment}` });
  },
  saveShared: () =>
    saveText("hcai.json", JSON.stringify(share.sharedOf(open(), read().withAnswers))),
  async readShared() {
    const fragment = window.location.hash.slice(1);
    set({ stranger: fragment ? ((await share.unpacked(fragment)) ?? NO_CHAT) : null });
  },
  async readSharedFile({ target }) {
    set({ stranger: share.read(await target.files[0].text()) ?? NO_CHAT });
  },
  takeAlong() {
    window.sessionStorage.setItem(TAKEN_ALONG, JSON.stringify({ hcai: 1, ...read().stranger }));
    window.location.assign("/playground");
  },

  setText: (place, text) => set({ texts: read().texts.with(place, text) }),
  addText: () => set({ texts: [...read().texts, ""] }),
  dropText: (place) => set({ texts: read().texts.toSpliced(place, 1) }),
  compare() {
    const { embedder: model, texts } = read();
    const input = texts.filter((text) => text.trim());
    const shown = ({ body, usage, totalMs }) => {
      return { compared: { ...comparison(input, body.data), usage, totalMs } };
    };
    if (input.length > 1) ask("embeddings", { model, input }, shown);
  },
  moderate() {
    const { moderator: model, checked: input } = read();
    ask("moderations", { model, input }, ({ body, totalMs }) => {
      const { categories, category_scores: scores } = body.results[0];
      const rows = Object.entries(scores).sort(([, one], [, other]) => other - one);
      const flagged = Object.keys(categories).filter((name) => categories[name]);
      return { verdict: { rows, flagged, totalMs } };
    });
  },
};
