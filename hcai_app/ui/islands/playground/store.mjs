// What the page shows and what it does: conversations, the one that is open, answers under way, and
// what other tabs of this browser have made of them.
import { answerTo, pictureOf } from "./asking.mjs";
import * as conversations from "./conversations.mjs";
import { firstOf } from "./models.mjs";
import { Observable } from "./observable.mjs";
import { Repository } from "./repository.mjs";
import { isStreamed } from "./request.mjs";

const NOTHING_WRITTEN = { text: "", files: [] };
const newestFirst = (one, other) => other.updatedMs - one.updatedMs;
const withoutBlob = ({ blob, ...file }) => file;
const isWritten = ({ text, files }) => Boolean(text || files.length);

export class Store {
  #running = new Map(); // an answer's id -> its conversation's, and what ends it
  #elsewhere = new Set(); // the conversations that another tab is answering in
  #open = new Map(); // the conversations that something happens in
  #gone = new Set(); // those that were removed, here or in another tab
  #drafts = new Map(); // what was begun to be written
  #observable = new Observable({
    ...{ lasts: true, heads: [], conversation: null, draft: NOTHING_WRITTEN },
    ...{ running: [], trouble: "", removed: [] },
  });
  subscribe = this.#observable.subscribe;
  read = this.#observable.read;

  constructor({ storage, models, table = [], onSpent = () => {} }) {
    Object.assign(this, { storage, models, table, onSpent });
    this.repository = new Repository(storage, {
      conversationOf: (id) => this.#open.get(id),
      isRunning: (id) => this.#isRunning(id),
      onTrouble: (trouble) => trouble !== this.#state.trouble && this.#set({ trouble }),
    });
  }

  async load() {
    const heads = (await this.repository.heads()).sort(newestFirst);
    this.#set({ heads, lasts: this.storage.lasts });
    for (const { id, isUnsent } of heads) if (isUnsent) await this.#fetch(id);
    const last = heads[0] && (await this.#fetch(heads[0].id));
    if (last) this.#show(last);
    else this.begin();
    this.storage.hear((word) => this.#hear(word));
    this.storage.say({ kind: "hello" });
  }

  // Whoever sat here has left: what runs is stopped, and nobody is listened to any more.
  close() {
    this.onSpent = () => {};
    for (const { ending } of this.#running.values()) ending.abort();
    this.storage.close();
  }

  // The page goes away, and with it what it has under way.
  part() {
    for (const { id } of this.#running.values()) this.repository.announce(id, false);
    this.repository.flush();
  }

  // Begins a conversation, or goes back to one that is begun and not sent.
  begin(model, { settings, ...more } = {}) {
    const { conversation: last } = this.#state;
    const isUnsent = ({ id, messages }) => messages.length === 0 && this.#drafts.has(id);
    const unsent = !more.messages && [...this.#open.values()].find(isUnsent);
    const first = firstOf(this.models, model, last?.model)?.id ?? "";
    const fresh = conversations.newConversation(first, settings ?? last?.settings);
    if (last && !last.messages.length && !this.#drafts.has(last.id))
      this.repository.remove(last.id, { isKnown: true });
    this.#show(unsent || { ...fresh, ...more });
    if (unsent && model) this.set({ model });
    if (more.messages) this.set({});
  }

  async choose(id) {
    const conversation = await this.#fetch(id);
    if (conversation) this.#show(conversation);
  }

  set(change) {
    const { conversation } = this.#state;
    const isKept = Boolean((change.messages ?? conversation.messages).length);
    this.#change(conversation.id, (it) => ({ ...it, ...change }), { isKept });
  }

  setting(name, value) {
    this.set({ settings: { ...this.#state.conversation.settings, [name]: value } });
  }

  // What stands in the field of the open conversation; it is kept until it is sent.
  draft(change) {
    const draft = { ...this.#state.draft, ...change };
    const { id, messages } = this.#state.conversation;
    if (isWritten(draft)) this.#drafts.set(id, draft);
    else this.#drafts.delete(id);
    this.#set({ draft });
    const files = draft.files.map(withoutBlob);
    const isKept = messages.length > 0 || isWritten(draft);
    this.#change(id, (it) => ({ ...it, draft: { text: draft.text, files } }), { isKept });
    for (const { id: file, blob } of change.files ?? [])
      if (blob) this.repository.keepFile(id, file, blob);
  }

  async rename(id, title) {
    if (await this.#fetch(id))
      this.#change(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  remove(id) {
    return this.#remove([id], () => this.repository.remove(id));
  }

  removeAll() {
    const ids = [...this.#open.keys(), ...this.#state.heads.map((head) => head.id)];
    return this.#remove([...new Set(ids)], () => this.repository.clear());
  }

  // Brings back what was removed last.
  undo() {
    for (const { conversation, files } of this.#state.removed) {
      const { id } = conversation;
      this.#gone.delete(id);
      this.storage.say({ kind: "restore", id });
      this.#open.set(id, conversation);
      for (const [file, blob] of files) this.repository.keepFile(id, file, blob);
      this.#change(id, conversations.settled);
    }
    const [last] = this.#state.removed;
    this.#set({ removed: [] });
    if (last) this.#show(this.#open.get(last.conversation.id));
  }

  // Files that are new bring their `blob`; from then on the conversation has only their names. Of
  // answers side by side the first one is gone on with, when none was picked.
  send(text, attached = [], parent) {
    const last = conversations.threadOf(this.#state.conversation).at(-1);
    if (last?.race && parent === undefined) this.pick(last.id);
    const { conversation } = this.#state;
    if (!this.modelOf(conversation)) return undefined;
    for (const { id, blob } of attached)
      if (blob) this.repository.keepFile(conversation.id, id, blob);
    const files = attached.map(withoutBlob);
    const question = {
      id: conversations.newId(),
      parent: parent ?? last?.id ?? "",
      role: "user",
      text,
      files,
    };
    this.#change(conversation.id, (it) => conversations.withMessage(it, question));
    const asked = [conversation.model, ...(conversation.rivals ?? [])];
    const race = asked.length > 1 ? conversations.newId() : undefined;
    return Promise.all(
      asked.map((model) => this.#answer(conversation.id, question.id, model, race)),
    );
  }

  // Asks again for the answer with this id: another version, unless the first one brought nothing.
  again(answerId) {
    const { conversation } = this.#state;
    const { parent, race, text, images, state } = this.#messageOf(answerId);
    if (!this.modelOf(conversation)) return undefined;
    if (!race) this.stop(conversation.id);
    const model = race ? this.#messageOf(answerId).model : conversation.model;
    if (state === "failed" && !text && !images?.length)
      this.set({ messages: conversation.messages.filter(({ id }) => id !== answerId) });
    return this.#answer(conversation.id, parent, model, race);
  }

  // Sends a changed question as another version of the old one.
  resend(message, text) {
    const { conversation } = this.#state;
    if (!this.modelOf(conversation)) return undefined;
    this.stop(conversation.id);
    return this.send(text, message.files, message.parent);
  }

  // Shows the version that lies so many further.
  turn(messageId, step) {
    const message = this.#messageOf(messageId);
    const versions = conversations.versionsOf(this.#state.conversation, message);
    const next = versions[versions.findIndex(({ id }) => id === messageId) + step];
    if (next) this.#change(this.#state.conversation.id, (it) => conversations.withChosen(it, next));
  }

  // Goes on with one of the answers that stand side by side.
  pick(messageId) {
    const message = this.#messageOf(messageId);
    this.#change(this.#state.conversation.id, (it) => conversations.withWinner(it, message));
  }

  // Ends what is answered, in the tab that it comes to. That tab may be gone: here it has ended.
  stop(id = this.#state.conversation.id) {
    for (const run of this.#running.values()) if (run.id === id) run.ending.abort();
    if (!this.#elsewhere.delete(id)) return;
    this.storage.say({ kind: "stop", id });
    this.#renew(conversations.settled(this.#open.get(id)));
  }

  modelOf(conversation) {
    return this.models.find((model) => model.id === conversation.model);
  }

  file(conversationId, id) {
    return this.repository.file(conversationId, id);
  }

  async #answer(id, parent, modelId, race) {
    const ending = new AbortController();
    const conversation = this.#open.get(id);
    const model = this.modelOf({ model: modelId });
    const answerId = conversations.newId();
    this.#running.set(answerId, { id, ending });
    const answer = { id: answerId, parent, role: "assistant", model: modelId, text: "", race };
    const begun = { ...answer, state: "running", startedMs: Date.now() };
    this.#change(id, (it) => conversations.withMessage(it, begun));
    const messages = conversations.pathTo(conversation, parent);
    const asked = { ...conversation, model: modelId, messages };
    const isShown = isStreamed(asked, model);
    const onGrow = (fields, images) =>
      isShown &&
      this.#change(id, (it) => conversations.withChange(it, answerId, { ...fields, images }), {
        isFast: true,
      });
    const { signal } = ending;
    const blobOf = (file) => this.file(id, file.id);
    const told = await answerTo(asked, model, { table: this.table, blobOf, signal, onGrow });
    this.#running.delete(answerId);
    if (!isShown) told.fields.firstMs = null;
    this.#finish(id, answerId, told);
    this.onSpent();
  }

  // The conversation may be gone by now: then nothing of the answer is kept.
  #finish(id, answerId, { fields, pictures }) {
    if (!this.#open.get(id)?.messages.some((message) => message.id === answerId)) {
      this.#set({ running: this.#allRunning() });
      return;
    }
    const images = pictures.map((url) => {
      const { file, blob } = pictureOf(url, conversations.newId());
      this.repository.keepFile(id, file.id, blob);
      return file;
    });
    const told = { ...fields, images };
    this.#change(id, (it) => conversations.withChange(conversations.changed(it), answerId, told));
  }

  #messageOf(id) {
    return this.#state.conversation.messages.find((message) => message.id === id);
  }

  // A conversation from memory or else from where it is kept, with what was begun to be written.
  async #fetch(id) {
    const open = this.#open.get(id);
    if (open) return this.#isRunning(id) ? open : conversations.settled(open);
    const kept = await this.repository.read(id);
    if (!kept || this.#gone.has(id)) return undefined;
    const conversation = conversations.asTree(kept);
    this.#open.set(id, this.#isRunning(id) ? conversation : conversations.settled(conversation));
    if (kept.draft && isWritten(kept.draft)) this.#drafts.set(id, kept.draft);
    return this.#open.get(id);
  }

  #hear({ kind, id, isRunning }) {
    if (kind === "hello")
      for (const run of this.#running.values()) this.repository.announce(run.id);
    if (kind === "stop")
      for (const run of this.#running.values()) if (run.id === id) run.ending.abort();
    if (kind === "write") this.#reload(id, isRunning);
    if (kind === "restore") this.#gone.delete(id);
    if (kind === "remove") this.#loseToo([id]);
    if (kind === "clear") this.#loseToo(this.#state.heads.map((head) => head.id));
  }

  // Takes over what another tab has written, unless this one has something newer under way.
  async #reload(id, isRunning) {
    if (this.#gone.has(id)) return;
    if (isRunning) this.#elsewhere.add(id);
    else this.#elsewhere.delete(id);
    const conversation = await this.repository.read(id);
    const isHere = [...this.#running.values()].some((run) => run.id === id);
    if (!conversation || this.#gone.has(id) || isHere) return;
    this.#renew(this.#elsewhere.has(id) ? conversation : conversations.settled(conversation));
  }

  #renew(conversation) {
    if (this.#open.has(conversation.id)) this.#open.set(conversation.id, conversation);
    const isShown = this.#state.conversation?.id === conversation.id;
    const heads = this.#headsWith(conversation);
    this.#set({ running: this.#allRunning(), heads, ...(isShown ? { conversation } : {}) });
  }

  async #remove(ids, work) {
    const taken = ids.map(async (id) => this.#open.get(id) ?? (await this.repository.read(id)));
    const files = await Promise.all(taken.map(async (one) => this.#filesOf(await one)));
    this.#lose(ids);
    const all = await Promise.all(taken);
    const removed = all.map((conversation, at) => ({ conversation, files: files[at] }));
    await work();
    this.#set({ removed: removed.filter(({ conversation }) => conversation?.messages.length) });
  }

  #filesOf(conversation) {
    const messages = conversation?.messages ?? [];
    const all = messages.flatMap(({ files = [], images = [] }) => [...files, ...images]);
    const kept = all.filter((file) => file.id);
    return Promise.all(kept.map(async ({ id }) => [id, await this.file(conversation.id, id)]));
  }

  // Another tab has removed them. A write of this one may have come after that: it is undone.
  #loseToo(ids) {
    const known = ids.filter((id) => this.#open.has(id));
    this.#lose(ids);
    for (const id of known) this.repository.remove(id, { isKnown: true });
  }

  // Takes conversations out of sight, and ends what is under way in them.
  #lose(ids) {
    for (const id of ids) {
      for (const [answerId, run] of this.#running) {
        if (run.id !== id) continue;
        run.ending.abort();
        this.#running.delete(answerId);
      }
      this.#gone.add(id);
      for (const held of [this.#elsewhere, this.#open, this.#drafts]) held.delete(id);
    }
    const heads = this.#state.heads.filter((head) => !this.#gone.has(head.id));
    this.#set({ heads, running: this.#allRunning() });
    if (this.#gone.has(this.#state.conversation.id)) this.begin();
  }

  get #state() {
    return this.#observable.read();
  }

  #isRunning(id) {
    return this.#allRunning().includes(id);
  }

  #allRunning() {
    return [...new Set([...this.#running.values()].map(({ id }) => id)), ...this.#elsewhere];
  }

  #headsWith(conversation) {
    const others = this.#state.heads.filter((head) => head.id !== conversation.id);
    const heads = [conversations.headOf(conversation), ...others].sort(newestFirst);
    return heads.slice(0, conversations.MAX_CONVERSATIONS);
  }

  #show(conversation) {
    this.#open.set(conversation.id, conversation);
    this.#set({ conversation, draft: this.#drafts.get(conversation.id) ?? NOTHING_WRITTEN });
  }

  #change(id, work, { isFast = false, isKept = true } = {}) {
    const before = this.#open.get(id);
    if (!before) return;
    const conversation = work(before);
    this.#open.set(id, conversation);
    if (isKept) this.repository.save(id, isFast);
    const change = { running: this.#allRunning() };
    if (this.#state.conversation?.id === id) change.conversation = conversation;
    if (!isFast && isKept) change.heads = this.#headsWith(conversation);
    this.#set(change, { isSoon: isFast });
  }

  #set(change, options) {
    this.#observable.set(change, options);
  }
}
