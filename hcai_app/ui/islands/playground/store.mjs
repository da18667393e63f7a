// What the page shows and what it does: this browser's conversations, the one that is open, answers
// under way, and what other tabs have made of them.
import { answerTo, pictureOf } from "./asking.mjs";
import * as conversations from "./conversations.mjs";
import { firstOf, isStreamed } from "./models.mjs";
import { Observable } from "../observable.mjs";
import { Repository } from "./repository.mjs";

const MAX_CONVERSATIONS = 60;

export class Store {
  #all = new Map(); // every conversation, by its id
  #runs = new Map(); // an answer's id -> its conversation's, and what ends it
  #gone = new Set(); // the conversations that were removed, here or in another tab
  #observable = new Observable({
    lasts: true,
    all: [],
    conversation: null,
    trouble: "",
    removed: [],
  });
  subscribe = this.#observable.subscribe;
  read = this.#observable.read;

  constructor({ storage, models, onSpent = () => {} }) {
    Object.assign(this, { storage, models, onSpent });
    const onTrouble = (trouble) =>
      trouble !== this.read().trouble && this.#observable.set({ trouble });
    this.repository = new Repository(storage, onTrouble);
  }

  async load() {
    for (const it of await this.storage.all().catch(() => []))
      this.#all.set(it.id, conversations.settled(conversations.asTree(it)));
    const [last] = this.#newest();
    if (last) this.choose(last.id);
    else this.begin();
    this.#show({ lasts: this.storage.lasts });
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
    this.repository.flush();
    for (const { id } of this.#runs.values()) this.#say(conversations.settled(this.#all.get(id)));
  }

  // Begins a conversation, or goes back to one that is begun and not sent.
  begin(model, more = {}) {
    const { conversation: last } = this.read();
    const isUnsent = ({ messages, draft }) => !messages.length && conversations.isWritten(draft);
    const unsent = !more.messages && [...this.#all.values()].find(isUnsent);
    const first = firstOf(this.models, model, last?.model)?.id ?? "";
    const fresh = unsent || { ...conversations.newConversation(first, last?.settings), ...more };
    if (last && conversations.isEmpty(last)) this.#all.delete(last.id);
    this.#all.set(fresh.id, fresh);
    this.choose(fresh.id);
    if (model) this.set({ model: first });
  }

  choose(id) {
    if (this.#all.has(id)) this.#show({ conversation: this.#all.get(id) });
  }

  set(change) {
    this.#change(this.#open.id, (it) => ({ ...it, ...change }));
  }

  setting(name, value) {
    this.set({ settings: { ...this.#open.settings, [name]: value } });
  }

  // What stands in the field of the open conversation; it is kept until it is sent.
  draft({ files, ...change }) {
    const { id, draft } = this.#open;
    const kept = files ? { files: this.#keptFiles(id, files) } : {};
    this.set({ draft: { ...draft, ...change, ...kept } });
  }

  rename(id, title) {
    this.#change(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  // Removes conversations, without an id all of them; `undo` brings them back.
  async remove(...ids) {
    const wanted = ids.length ? ids : [...this.#all.keys()];
    const taken = wanted.map((id) => this.#all.get(id)).filter((it) => it?.messages.length);
    const reading = Promise.all(taken.map((it) => this.#filesOf(it)));
    const removing = this.repository.remove(wanted); // behind what is read; the page may go now
    this.#lose(wanted);
    const [files] = await Promise.all([reading, removing]);
    const removed = taken.map((it, at) => [conversations.settled(it), files[at]]);
    this.#show({ removed });
  }

  undo() {
    for (const [conversation, files] of this.read().removed) {
      const { id } = conversation;
      this.#gone.delete(id);
      this.#say(conversation, { isBack: true });
      this.#all.set(id, conversation);
      for (const [file, blob] of files) if (blob) this.repository.keepFile(id, file, blob);
      this.repository.keep(conversation);
      this.choose(id);
    }
    this.#show({ removed: [] });
  }

  // Files that are new bring their `blob`; from then on the conversation has only their names. Of
  // answers side by side the first one is gone on with, when none was picked.
  send(text, attached = [], parent) {
    const last = conversations.threadOf(this.#open).at(-1);
    if (last?.race && parent === undefined) this.pick(last.id);
    const { id, model, rivals } = this.#open;
    if (!this.modelOf(this.#open)) return undefined;
    const files = this.#keptFiles(id, attached);
    const place = { id: conversations.newId(), parent: parent ?? last?.id ?? "" };
    this.#change(id, (it) =>
      conversations.withMessage(it, { ...place, role: "user", text, files }),
    );
    const old = this.#newest().slice(MAX_CONVERSATIONS);
    if (old.length) this.#forget(old.map((it) => it.id));
    const race = rivals.length ? conversations.newId() : "";
    const asked = [model, ...rivals];
    return Promise.all(asked.map((it) => this.#answer(id, place.id, it, race)));
  }

  // Asks again for the answer with this id: another version, unless the first one brought nothing.
  again(answerId) {
    const { id, messages } = this.#open;
    const { parent, race, text, images, state, ...before } = this.#messageOf(answerId);
    if (!this.modelOf(this.#open)) return undefined;
    if (!race) this.stop(id);
    if (state === "failed" && !text && !images?.length)
      this.set({ messages: messages.filter((it) => it.id !== answerId) });
    return this.#answer(id, parent, race ? before.model : this.#open.model, race);
  }

  // Sends a changed question as another version of the old one.
  resend(message, text) {
    if (!this.modelOf(this.#open)) return undefined;
    this.stop();
    return this.send(text, message.files, message.parent);
  }

  // Shows the version that lies so many further.
  turn(messageId, step) {
    const versions = conversations.versionsOf(this.#open, this.#messageOf(messageId));
    const next = versions[versions.findIndex(({ id }) => id === messageId) + step];
    if (next) this.#change(this.#open.id, (it) => conversations.withChosen(it, next));
  }

  // Goes on with one of the answers that stand side by side.
  pick(messageId) {
    const message = this.#messageOf(messageId);
    this.#change(this.#open.id, (it) => conversations.withWinner(it, message));
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

  file(id, file) {
    return this.repository.file(id, file);
  }

  async #answer(id, parent, modelId, race) {
    const ending = new AbortController();
    const model = this.modelOf({ model: modelId });
    const answerId = conversations.newId();
    const messages = conversations.pathTo(this.#all.get(id), parent);
    const asked = { ...this.#all.get(id), model: modelId, messages };
    this.#runs.set(answerId, { id, ending });
    const answer = { id: answerId, parent, role: "assistant", model: modelId, text: "", race };
    const begun = { ...answer, state: "running", startedMs: Date.now() };
    this.#change(id, (it) => conversations.withMessage(it, begun));
    const isShown = isStreamed(asked, model);
    const grow = (fields) =>
      isShown && this.#change(id, (it) => conversations.withChange(it, answerId, fields), true);
    const blobOf = (file) => this.file(id, file.id);
    const { signal } = ending;
    const fields = await answerTo(asked, model, { blobOf, signal, grow });
    this.#runs.delete(answerId);
    this.#finish(id, answerId, isShown ? fields : { ...fields, firstMs: null });
    this.onSpent();
  }

  // The conversation may be gone by now: then nothing of the answer is kept.
  #finish(id, answerId, fields) {
    if (!this.#all.get(id)?.messages.some((message) => message.id === answerId)) return;
    const drawn = fields.images.map((url) => pictureOf(url, conversations.newId()));
    const told = { ...fields, images: this.#keptFiles(id, drawn) };
    this.#change(id, (it) => conversations.withChange(conversations.changed(it), answerId, told));
  }

  #keptFiles(id, files) {
    return files.map(({ blob, ...file }) => {
      if (blob) this.repository.keepFile(id, file.id, blob);
      return file;
    });
  }

  #messageOf(id) {
    return this.#open.messages.find((message) => message.id === id);
  }

  #filesOf({ id, messages, draft }) {
    const all = [draft, ...messages].flatMap(({ files = [], images = [] }) => [
      ...files,
      ...images,
    ]);
    const kept = all.filter((file) => file.id);
    return Promise.all(kept.map(async (file) => [file.id, await this.file(id, file.id)]));
  }

  #hear({ kind, id, ids, conversation, isBack }) {
    if (kind === "hello") for (const run of this.#runs.values()) this.#say(this.#all.get(run.id));
    if (kind === "stop") this.#abort(id);
    // A write of this tab may have come after the other one's removal: it is undone.
    if (kind === "remove") this.#forget(ids, { isKnown: true });
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
    this.storage.say({ kind: "write", conversation: conversations.kept(conversation), ...more });
  }

  #forget(ids, options) {
    this.#lose(ids);
    return this.repository.remove(ids, options);
  }

  // Takes conversations out of sight, and ends what is under way in them.
  #lose(ids) {
    for (const id of ids) {
      this.#abort(id);
      this.#gone.add(id);
      this.#all.delete(id);
    }
    if (this.#gone.has(this.#open.id)) this.begin();
    else this.#show();
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

  #change(id, work, isFast = false) {
    if (!this.#all.has(id)) return;
    const conversation = work(this.#all.get(id));
    this.repository.keep(conversation, isFast);
    this.#put(conversation, isFast);
  }

  // An answer that grows changes nothing of what is listed.
  #put(conversation, isFast = false) {
    this.#all.set(conversation.id, conversation);
    const shown = this.#open.id === conversation.id ? { conversation } : {};
    if (isFast) this.#observable.set(shown);
    else this.#show(shown);
  }

  #show(change = {}) {
    this.#observable.set({ all: this.#newest(), ...change });
  }
}
