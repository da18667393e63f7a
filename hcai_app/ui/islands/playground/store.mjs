// What the page shows and what it does: this browser's conversations, the one that is open, answers
// under way, and what other tabs have made of them.
import { bodyOf } from "./asking.mjs";
import { call } from "./call.mjs";
import * as conversations from "./conversations.mjs";
import { firstOf, isStreamed } from "./models.mjs";
import { Observable } from "../observable.mjs";

const ROAD = "/playground/v1/conversation";
const MAX_CONVERSATIONS = 60;
const SAVE_MS = 1000;

export class Store extends Observable {
  #all = new Map(); // every conversation, by its id
  #runs = new Map(); // an answer's id -> its conversation's, and what ends it
  #gone = new Set(); // the conversations that were removed, here or in another tab
  #unkept = new Set(); // the conversations that are not kept yet as they are now
  #timer;

  constructor({ storage, models, onSpent = () => {} }) {
    super({ lasts: storage.lasts, all: [], conversation: null, isFull: false, removed: [] });
    Object.assign(this, { storage, models, onSpent });
  }

  async load() {
    for (const it of await this.storage.all().catch(() => []))
      this.#all.set(it.id, conversations.settled(conversations.asTree(it)));
    this.begin();
    this.choose(this.#newest()[0]?.id);
    this.storage.hear((word) => this.#hear(word));
    this.storage.say({ kind: "hello" });
  }

  // Whoever sat here has left: what runs is stopped, and nobody is listened to any more.
  close() {
    this.onSpent = () => {};
    for (const { ending } of this.#runs.values()) ending.abort();
    this.storage.close();
  }

  // The page goes away, and with it what it has under way.
  part() {
    this.#flush();
    for (const { id } of this.#runs.values()) this.#say(conversations.settled(this.#all.get(id)));
  }

  // Begins a conversation, or goes back to one that is begun and not sent.
  begin(model, more = {}) {
    const last = this.#open;
    const isUnsent = ({ messages, draft }) => !messages.length && conversations.isWritten(draft);
    const unsent = !more.messages && [...this.#all.values()].find(isUnsent);
    const first = firstOf(this.models, model, last?.model)?.id ?? "";
    const fresh = unsent || { ...conversations.newConversation(first, last?.settings), ...more };
    this.#all.set(fresh.id, model ? { ...fresh, model: first } : fresh);
    this.choose(fresh.id);
    if (model) this.#keep(fresh.id);
  }

  choose(id) {
    if (this.#all.has(id)) this.#show({ conversation: this.#all.get(id) });
  }

  // Changes members of the open conversation.
  change(members) {
    this.#edit(this.#open.id, (it) => ({ ...it, ...members }));
  }

  setting(name, value) {
    this.change({ settings: { ...this.#open.settings, [name]: value } });
  }

  // What stands in the field of the open conversation; it is kept until it is sent.
  draft(change) {
    this.change({ draft: { ...this.#open.draft, ...change } });
  }

  rename(id, title) {
    this.#edit(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  // Removes conversations, without an id all of them; `undo` brings them back.
  remove(id) {
    const wanted = id ? [id] : [...this.#all.keys()];
    const taken = wanted.map((id) => this.#all.get(id)).filter((it) => it?.messages.length);
    this.set({ removed: taken.map(conversations.settled) });
    return this.#forget(wanted);
  }

  undo() {
    for (const conversation of this.read().removed) {
      this.#gone.delete(conversation.id);
      this.#say(conversation, { isBack: true });
      this.#all.set(conversation.id, conversation);
      this.#keep(conversation.id);
      this.choose(conversation.id);
    }
    this.set({ removed: [] });
  }

  // Of answers side by side the first one is gone on with, when none was picked.
  send(text, files = [], parent) {
    const last = conversations.threadOf(this.#open).at(-1);
    if (last?.race && parent === undefined) this.pick(last);
    const { id, model, rivals } = this.#open;
    if (!this.modelOf(this.#open)) return undefined;
    const place = { id: conversations.newId(), parent: parent ?? last?.id ?? "" };
    const question = { ...place, role: "user", text, files };
    this.change(conversations.withMessage(this.#open, question));
    const old = this.#newest().slice(MAX_CONVERSATIONS);
    if (old.length) this.#forget(old.map((it) => it.id));
    const race = rivals.length ? conversations.newId() : "";
    const asked = [model, ...rivals];
    return Promise.all(asked.map((it) => this.#answer(id, place.id, it, race)));
  }

  // Asks again for an answer: another version, unless the first one brought nothing.
  again({ id: answerId, parent, race, model, text, images, state }) {
    const { id, messages, model: chosen } = this.#open;
    if (!this.modelOf(this.#open)) return undefined;
    if (!race) this.stop(id);
    if (state === "failed" && !text && !images?.length)
      this.change({ messages: messages.filter((it) => it.id !== answerId) });
    return this.#answer(id, parent, race ? model : chosen, race);
  }

  // Sends a changed question as another version of the old one.
  resend(message, text) {
    this.stop();
    return this.send(text, message.files, message.parent);
  }

  // Goes on with a version of a message, or with one of the answers that stand side by side.
  pick(message) {
    this.change(conversations.withChosen(this.#open, message));
  }

  // Ends what is answered, in the tab that it comes to. That tab may be gone: here it has ended.
  stop(id = this.#open.id) {
    if (this.#abort(id) || !conversations.isRunning(this.#all.get(id))) return;
    this.storage.say({ kind: "stop", id });
    this.#put(conversations.settled(this.#all.get(id)));
  }

  modelOf(conversation) {
    return this.models.find((model) => model.id === conversation.model);
  }

  // The conversation may be gone in the end: then nothing of the answer is kept.
  async #answer(id, parent, modelId, race) {
    const { settings, ...conversation } = this.#all.get(id);
    const messages = conversations.pathTo(conversation, parent);
    const model = this.modelOf({ model: modelId });
    const answer = { id: conversations.newId(), parent, role: "assistant", model: modelId, race };
    const ending = new AbortController();
    const isShown = isStreamed(settings, model);
    const show = (run) =>
      isShown && this.#edit(id, (it) => conversations.withAnswer(it, answer.id, run), true);
    this.#runs.set(answer.id, { id, ending });
    const begun = { ...answer, text: "", state: "running" };
    this.#edit(id, (it) => conversations.withMessage(it, begun));
    const body = await bodyOf({ settings, messages }, model);
    const run = await call(ROAD, body, { signal: ending.signal, show });
    this.#runs.delete(answer.id);
    const told = isShown ? run : { ...run, firstMs: null };
    this.#edit(id, (it) => conversations.withAnswer(conversations.changed(it), answer.id, told));
    this.onSpent();
  }

  #hear({ kind, id, ids, conversation, isBack }) {
    if (kind === "hello") for (const run of this.#runs.values()) this.#say(this.#all.get(run.id));
    if (kind === "stop") this.#abort(id);
    // A write of this tab may have come after the other one's removal: it is undone.
    if (kind === "remove") this.#forget(ids, true);
    if (kind === "write") this.#take(conversation, isBack);
  }

  // Takes over what another tab has written, unless this one has something newer under way. What is
  // written in this one's field stays there.
  #take(conversation, isBack) {
    const { id } = conversation;
    if (isBack) this.#gone.delete(id);
    const isHere = [...this.#runs.values()].some((run) => run.id === id);
    if (isHere || this.#gone.has(id)) return;
    this.#put({ ...conversation, draft: this.#all.get(id)?.draft ?? conversation.draft });
  }

  #say(conversation, more = {}) {
    this.storage.say({ kind: "write", conversation, ...more });
  }

  // Forgets conversations with their files, and ends what is under way in them.
  #forget(ids, isKnown = false) {
    for (const id of ids) {
      this.#abort(id);
      this.#gone.add(id);
      this.#all.delete(id);
      this.#unkept.delete(id);
    }
    if (this.#gone.has(this.#open.id)) this.begin();
    else this.#show();
    if (!isKnown) this.storage.say({ kind: "remove", ids });
    const flush = () => this.#flush();
    return this.storage.remove(ids).then(flush, flush);
  }

  #abort(id) {
    const runs = [...this.#runs.values()].filter((run) => run.id === id);
    for (const { ending } of runs) ending.abort();
    return runs.length > 0;
  }

  get #open() {
    return this.read().conversation;
  }

  #newest() {
    const all = [...this.#all.values()].filter((it) => !conversations.isEmpty(it));
    return all.sort((one, other) => other.updatedMs - one.updatedMs);
  }

  #edit(id, work, isFast = false) {
    if (!this.#all.has(id)) return;
    this.#put(work(this.#all.get(id)), isFast);
    this.#keep(id, isFast);
  }

  // An answer that grows changes nothing of what is listed.
  #put(conversation, isFast = false) {
    this.#all.set(conversation.id, conversation);
    const shown = this.#open.id === conversation.id ? { conversation } : {};
    if (isFast) this.set(shown);
    else this.#show(shown);
  }

  #show(change = {}) {
    this.set({ all: this.#newest(), ...change });
  }

  // Keeps a conversation now; while an answer grows, within a second.
  #keep(id, isFast = false) {
    this.#unkept.add(id);
    if (isFast && this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), isFast ? SAVE_MS : 0);
  }

  // Writes all that is not kept; what found no room stays in memory, and is tried again.
  async #flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tries = await Promise.all([...this.#unkept].map((id) => this.#write(id)));
    const isFull = tries.includes(false);
    if (isFull !== this.read().isFull) this.set({ isFull });
  }

  // Keeps a conversation, and tells other tabs; returns whether there was room.
  async #write(id) {
    const conversation = this.#all.get(id);
    const { write, remove } = this.storage;
    this.#say(conversation);
    try {
      await (conversations.isEmpty(conversation) ? remove([id]) : write(conversation));
    } catch {
      return false;
    }
    if (this.#all.get(id) === conversation) this.#unkept.delete(id);
    return true;
  }
}
