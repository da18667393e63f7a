// What the page shows and what it does: conversations, the one that is open, answers under way.
// Answers grow faster than a screen is drawn, so readers hear of changes once a frame.
import { CallError, converse } from "./call.mjs";
import { chatBody } from "./request.mjs";
import { NEW_ANSWER, bytesOf } from "./stream.mjs";
import * as talks from "./talks.mjs";

const SAVE_MS = 1000;
const HIDDEN_MS = 250;
const FULL = "This browser has no room left to keep conversations. Forget some to make room.";

export class Store {
  #listeners = new Set();
  #running = new Map(); // a conversation's id -> what ends its answer
  #open = new Map(); // the conversations that something happens in
  #saving = new Map();
  #frame = 0;
  #state = { isLoaded: false, lasts: true, heads: [], talk: null, running: [], trouble: "" };

  constructor({ keeping, models, onSpent }) {
    this.keeping = keeping;
    this.models = models;
    this.onSpent = onSpent;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  read = () => this.#state;

  async load(model) {
    const heads = await this.keeping.heads().catch(() => []);
    heads.sort((one, other) => other.updatedMs - one.updatedMs);
    this.#set({ heads, lasts: this.keeping.lasts });
    const last = !model && heads[0] && (await this.keeping.read(heads[0].id));
    if (last) this.#show(talks.settled(last));
    else this.begin(model);
    this.#set({ isLoaded: true });
  }

  // Begins a conversation; it is kept from its first message on.
  begin(model) {
    const { talk } = this.#state;
    const { system, ...settings } = talk?.settings ?? {};
    this.#show(talks.newTalk(model ?? talk?.model ?? this.models[0]?.id ?? "", settings));
  }

  async choose(id) {
    const talk = this.#open.get(id) ?? (await this.keeping.read(id));
    if (talk) this.#show(this.#running.has(id) ? talk : talks.settled(talk));
  }

  set(change) {
    const { talk } = this.#state;
    this.#change(talk.id, (it) => ({ ...it, ...change }), { isKept: talk.messages.length > 0 });
  }

  setting(name, value) {
    this.set({ settings: { ...this.#state.talk.settings, [name]: value } });
  }

  async rename(id, title) {
    const talk = this.#open.get(id) ?? (await this.keeping.read(id));
    this.#open.set(id, talk);
    this.#change(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  async remove(id) {
    this.stop(id);
    this.#forgetSaving(id);
    this.#open.delete(id);
    this.#set({ heads: this.#state.heads.filter((head) => head.id !== id) });
    if (this.#state.talk.id === id) this.begin();
    await this.keeping.remove(id).catch(() => {});
  }

  async removeAll() {
    [...this.#open.keys()].forEach((id) => {
      this.stop(id);
      this.#forgetSaving(id);
    });
    this.#open.clear();
    this.#set({ heads: [] });
    this.begin();
    await this.keeping.clear().catch(() => {});
  }

  // Files that are new bring their `blob`; from then on the conversation has only their names.
  async send(text, attached = []) {
    const { id } = this.#state.talk;
    const files = attached.map(({ blob, ...file }) => file);
    const keep = ({ id: file, blob }) => blob && this.keeping.keepFile(id, file, blob);
    await Promise.all(attached.map(keep)).catch(() => this.#set({ trouble: FULL }));
    this.#change(id, (talk) => talks.withQuestion(talk, text, files));
    return this.#answer(id);
  }

  // Asks again for the answer with this id; what came after it is dropped.
  again(answerId) {
    const { id } = this.#state.talk;
    this.#change(id, (talk) => talks.before(talk, answerId));
    return this.#answer(id);
  }

  // Sends a changed question in place of the old one; what came after it is dropped.
  resend(message, text) {
    const { id } = this.#state.talk;
    this.#change(id, (talk) => talks.before(talk, message.id));
    return this.send(text, message.files);
  }

  stop(id = this.#state.talk.id) {
    this.#running.get(id)?.abort();
  }

  modelOf(talk) {
    return this.models.find((model) => model.id === talk.model);
  }

  file(talkId, id) {
    return this.keeping.file(talkId, id).catch(() => undefined);
  }

  async #answer(id) {
    const ending = new AbortController();
    this.#running.set(id, ending);
    const { model } = this.#open.get(id);
    const answer = { id: talks.newId(), role: "assistant", model, state: "running", startedMs: Date.now() };
    this.#change(id, (talk) => talks.withAnswer(talk, { ...answer, ...fieldsOf(NEW_ANSWER) }));
    let latest = NEW_ANSWER;
    const show = (change) => this.#change(id, (talk) => talks.withMessage(talk, answer.id, change), { isFast: true });
    try {
      const body = await this.#body(id, answer.id);
      latest = await converse(body, ending.signal, (grown) => {
        latest = grown;
        show({ ...fieldsOf(grown), images: grown.pictures });
      });
      const state = latest.error ? "failed" : "done";
      await this.#finish(id, answer.id, { ...fieldsOf(latest), state }, latest.pictures);
    } catch (error) {
      const isStopped = ending.signal.aborted;
      const told = error instanceof CallError ? error.told : { message: String(error?.message ?? error) };
      const state = isStopped ? "stopped" : "failed";
      await this.#finish(id, answer.id, { ...fieldsOf(latest), state, error: isStopped ? null : told }, latest.pictures);
    }
  }

  async #body(id, answerId) {
    const talk = talks.before(this.#open.get(id), answerId);
    const urls = new Map();
    const all = talk.messages.flatMap(({ files = [], images = [] }) => [...files, ...images]);
    for (const file of all) urls.set(file.id, await this.#dataUrl(id, file));
    return chatBody(talk, this.modelOf(talk), (file) => urls.get(file.id));
  }

  async #dataUrl(id, file) {
    const blob = await this.keeping.file(id, file.id);
    if (!blob) throw new CallError({ message: `${file.name} is no longer kept here. Attach it again.` });
    return await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.replace(/^data:[^,]*,/, `data:${file.type};base64,`));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  async #finish(id, answerId, change, pictures) {
    const images = [];
    for (const url of pictures) images.push(await this.#keepPicture(id, url));
    this.#running.delete(id);
    if (!this.#open.has(id)) return;
    this.#change(id, (talk) => talks.withMessage(talks.changed(talk), answerId, { ...change, images }));
    this.onSpent();
  }

  async #keepPicture(id, url) {
    const { type, bytes } = bytesOf(url);
    const file = { id: talks.newId(), name: `picture-${Date.now() % 1e6}.${type.slice(6)}`, type, size: bytes.length };
    const blob = new Blob([bytes], { type });
    await this.keeping.keepFile(id, file.id, blob).catch(() => this.#set({ trouble: FULL }));
    return file;
  }

  #show(talk) {
    this.#open.set(talk.id, this.#open.get(talk.id) ?? talk);
    this.#set({ talk: this.#open.get(talk.id) });
  }

  #change(id, work, { isFast = false, isKept = true } = {}) {
    const before = this.#open.get(id);
    if (!before) return;
    const talk = work(before);
    this.#open.set(id, talk);
    if (isKept) this.#save(id, isFast);
    const change = { running: [...this.#running.keys()] };
    if (this.#state.talk?.id === id) change.talk = talk;
    if (!isFast && isKept) {
      const others = this.#state.heads.filter((head) => head.id !== id);
      const heads = [talks.headOf(talk), ...others].sort((one, other) => other.updatedMs - one.updatedMs);
      change.heads = heads.slice(0, talks.MAX_TALKS);
    }
    this.#state = { ...this.#state, ...change };
    if (isFast) this.#tellSoon();
    else this.#tell();
  }

  #set(change) {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell() {
    this.#listeners.forEach((listener) => listener());
  }

  // Once a frame; a hidden page has none.
  #tellSoon() {
    if (this.#frame) return;
    const tell = () => {
      this.#frame = 0;
      this.#tell();
    };
    this.#frame = document.hidden ? setTimeout(tell, HIDDEN_MS) : requestAnimationFrame(tell);
  }

  #save(id, isFast) {
    if (isFast && this.#saving.has(id)) return;
    this.#forgetSaving(id);
    const save = () => {
      this.#saving.delete(id);
      const talk = this.#open.get(id);
      if (talk) this.keeping.write(kept(talk)).catch(() => this.#set({ trouble: FULL }));
    };
    this.#saving.set(id, setTimeout(save, isFast ? SAVE_MS : 0));
  }

  #forgetSaving(id) {
    clearTimeout(this.#saving.get(id));
    this.#saving.delete(id);
  }
}

function fieldsOf({ text, reasoning, annotations, usage, finish, error, firstMs = null, totalMs = null }) {
  return { text, reasoning, annotations, usage, finish, error, firstMs, totalMs };
}

// Pictures that are still arriving are no files yet, and are not kept.
function kept(talk) {
  const isFile = (image) => typeof image === "object";
  return { ...talk, messages: talk.messages.map((it) => (it.images ? { ...it, images: it.images.filter(isFile) } : it)) };
}
