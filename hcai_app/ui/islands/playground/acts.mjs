// What a reader can do on the page, by the names that Python's components call.
import { remember, remembered } from "../browser-storage.mjs";
import { parsed, usageOf } from "./answers.mjs";
import { asText } from "./asking.mjs";
import { call } from "./call.mjs";
import { asJson, asMarkdown, isRunning, newId, titleOf } from "./conversations.mjs";
import { draws, firstOf, modeOf, ofMode, sees, seesPictures } from "./models.mjs";
import { formsOf, textOf, withField, withForm } from "./schemas.mjs";
import * as share from "./share.mjs";
import { comparison } from "./similarity.mjs";
import { held, read, set } from "./views.mjs";

const NO_LIST = "The list of models did not come through. Are you online?";
const MOST_RIVALS = 3;
const MOST_PROMPTS = 20;
const TAKEN_ALONG = "hcai-shared"; // what leads from the page of a shared conversation to here
const NO_CHAT = { messages: [] };

const element = (id) => document.getElementById(id);
const focusOn = (id) => requestAnimationFrame(() => element(id)?.focus());
const open = () => read().room.conversation;
const promptsPlace = () => `hcai-prompts ${read().given.owner}`;
const without = (list, gone) => list.filter((it) => it !== gone);

function saveText(end, text) {
  const href = URL.createObjectURL(new Blob([text]));
  const link = { href, download: `${titleOf(open())}.${end}` };
  Object.assign(document.createElement("a"), link).click();
}

async function asked(endpoint, body) {
  if (read().busy) return undefined;
  set({ busy: true, failure: null });
  const run = await call(`/playground/v1/${endpoint}`, asText(body));
  set({ busy: false, failure: run.error });
  held.store.onSpent();
  return run.error ? undefined : { ...run.known.body, totalMs: run.totalMs };
}

function setForm(kind, at, change) {
  const forms = withForm(kind, formsOf(kind, open().settings[kind]), at, change);
  held.store.setting(kind, textOf(kind, forms));
}

export const act = {
  focusOn,
  put: (name, value) => set({ [name]: value }),
  async loadModels(source) {
    try {
      const answer = await fetch(source);
      const { models = [], error } = await answer.json();
      set({ models, unreachable: answer.ok ? "" : error.message });
      return answer.ok && models;
    } catch {
      return set({ unreachable: NO_LIST });
    }
  },
  // What an address, or the page of a shared conversation, asks for is asked for once.
  openAsked() {
    const wanted = new URLSearchParams(window.location.search).get("model");
    const { models } = read();
    const model = models.find(({ id }) => id === wanted);
    window.history.replaceState(window.history.state, "", window.location.pathname);
    set({ embedder: firstOf(ofMode(models, "embeddings"), wanted)?.id ?? "" });
    if (model) set({ mode: modeOf(model) });
    if (model && modeOf(model) === "chat") held.store.begin(model.id);
    const brought = share.read(window.sessionStorage.getItem(TAKEN_ALONG) ?? "");
    window.sessionStorage.removeItem(TAKEN_ALONG);
    if (!brought) return;
    const { draft, more } = share.asOwn(brought);
    held.store.begin(brought.model, more);
    held.store.draft({ text: draft });
  },

  begin() {
    held.store.begin();
    focusOn("play-field");
  },
  rename({ conversation: id, new_name: title }) {
    held.store.rename(id, title);
    element(`play-name-${id}`).hidePopover();
  },
  async remove(id) {
    await held.store.remove(...(id ? [id] : []));
    focusOn("play-new");
  },
  saveAs: (end) => saveText(end, { md: asMarkdown, json: asJson }[end](open())),

  write: (text) => held.store.draft({ text }),
  stop: () => held.store.stop(),
  send() {
    const { text, files } = open().draft;
    if (isRunning(open()) || !(text.trim() || files.length)) return;
    set({ refusal: null, refused: [] });
    held.store.draft({ text: "", files: [] });
    held.store.send(text, files);
  },
  sendOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  },
  paste(event) {
    const given = [...event.clipboardData.files];
    if (given.length) event.preventDefault();
    if (given.length) act.attach(given);
  },
  attachChosen({ target }) {
    act.attach([...target.files]);
    target.value = "";
  },
  attach(given) {
    const { draft, messages } = open();
    const odd = given.find((file) => !sees(held.store.modelOf(open()), file));
    if (odd) return set({ refusal: { name: odd.name, type: odd.type }, refused: given });
    const added = given.map((blob) => {
      const { name = "picture.png", type, size } = blob;
      return { id: newId(), name, type, size, blob };
    });
    const files = [...draft.files, ...added];
    const all = [...messages.flatMap((it) => it.files ?? []), ...files];
    const bytes = all.reduce((sum, { size }) => sum + size, 0);
    const isLarge = bytes > read().given.maxFileBytes;
    const name = all.length === 1 ? added[0].name : "";
    set({ refusal: isLarge ? { name, bytes } : null, refused: [] });
    if (!isLarge) held.store.draft({ files });
    return focusOn("play-field");
  },
  detach(id) {
    held.store.draft({ files: open().draft.files.filter((file) => file.id !== id) });
    set({ refusal: null, refused: [] });
  },
  // Takes the model that fits what is attached, and attaches what was refused.
  takeFitting(model) {
    held.store.set({ model });
    act.attach(read().refused);
  },

  resend() {
    const { editing, edited } = read();
    set({ editing: "" });
    const message = open().messages.find(({ id }) => id === editing);
    if (edited.trim()) held.store.resend(message, edited);
  },
  // A picture of the conversation goes along with the next words, to a model that draws.
  editPicture(id) {
    const { draft, messages } = open();
    const all = messages.flatMap(({ images = [], files = [] }) => [...images, ...files]);
    const isAble = (model) => draws(model) && seesPictures(model);
    const able = [held.store.modelOf(open()), ...ofMode(read().models, "chat")].find(isAble);
    if (able) held.store.set({ model: able.id });
    const files = [...draft.files.filter((it) => it.id !== id), all.find((it) => it.id === id)];
    held.store.draft({ text: draft.text || "Change this picture: ", files });
    focusOn("play-field");
  },

  takeModel(id) {
    const { picking, mode } = read();
    const { model, rivals } = open();
    const others = without(rivals, id);
    const isRival = picking === "rival" && mode === "chat";
    if (mode === "embeddings") set({ embedder: id });
    else if (!isRival) held.store.set({ model: id, rivals: others });
    else if (others.length < rivals.length) held.store.set({ rivals: others });
    else if (id !== model) held.store.set({ rivals: [...rivals, id].slice(-MOST_RIVALS) });
    if (!isRival) element("play-models").hidePopover();
  },
  dropRival: (id) => held.store.set({ rivals: without(open().rivals, id) }),
  reset() {
    const { system, stream } = open().settings;
    held.store.set({ settings: { system, stream } });
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
    else held.store.set({ model: id });
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

  setText: (place, text) => set({ texts: Object.assign([...read().texts], { [place]: text }) }),
  addText: () => set({ texts: [...read().texts, ""] }),
  dropText: (place) => set({ texts: read().texts.filter((_, at) => at !== place) }),
  async compare() {
    const { embedder, texts } = read();
    const input = texts.filter((text) => text.trim());
    const answer = input.length > 1 && (await asked("embeddings", { model: embedder, input }));
    if (!answer) return;
    const { data, usage = {}, totalMs } = answer;
    set({ compared: { ...comparison(input, data), usage: usageOf(usage), totalMs } });
  },
  async moderate() {
    const { moderator, checked } = read();
    const answer = await asked("moderations", { model: moderator, input: checked });
    if (!answer) return;
    const { categories, category_scores: scores } = answer.results[0];
    const rows = Object.entries(scores).sort(([, one], [, other]) => other - one);
    const flagged = Object.keys(categories).filter((name) => categories[name]);
    set({ verdict: { rows, flagged, totalMs: answer.totalMs } });
  },
};
