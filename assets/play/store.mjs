// What the page shows and what it does: conversations, the one that is open, answers under way, and
// what other tabs of this browser have made of them.
import { answerTo } from "./asking.mjs";
import { firstOf } from "./models.mjs";
import { isStreamed } from "./request.mjs";
import { Repository } from "./repository.mjs";
import { Observable } from "./observable.mjs";
import { NEW_ANSWER, bytesOf, fieldsOf } from "./stream.mjs";
import * as conversations from "./conversations.mjs";

const NOTHING_WRITTEN = { text: "", files: [] };
const newestFirst = (one, other) => other.updatedMs - one.updatedMs;

export class Store {
  #running = new Map(); // a conversation's id -> what ends its answer
  #elsewhere = new Set(); // the conversations that another tab is answering in
  #open = new Map(); // the conversations that something happens in
  #gone = new Set(); // those that were removed, here or in another tab
  #drafts = new Map(); // what was begun to be written, in memory only
  #observable = new Observable({
    lasts: true,
    heads: [],
    conversation: null,
    draft: NOTHING_WRITTEN,
    running: [],
    trouble: "",
  });
  subscribe = this.#observable.subscribe;
  read = this.#observable.read;

  constructor({ storage, models, onSpent = () => {} }) {
    this.storage = storage;
    this.models = models;
    this.onSpent = onSpent;
    this.repository = new Repository(storage, {
      conversationOf: (id) => this.#open.get(id),
      isRunning: (id) => this.#running.has(id),
      onTrouble: (trouble) => trouble !== this.#state.trouble && this.#set({ trouble }),
    });
  }

  async load() {
    const heads = (await this.repository.heads()).sort(newestFirst);
    this.#set({ heads, lasts: this.storage.lasts });
    const last = heads[0] && (await this.repository.read(heads[0].id));
    if (last) this.#show(conversations.settled(last));
    else this.begin();
    this.storage.hear((word) => this.#hear(word));
    this.storage.say({ kind: "hello" });
  }

  // Whoever sat here has left: what runs is stopped, and nobody is listened to any more.
  close() {
    this.onSpent = () => {};
    this.#running.forEach((ending) => ending.abort());
    this.storage.close();
  }

  // The page goes away, and with it what it has under way.
  part() {
    [...this.#running.keys()].forEach((id) => this.repository.announce(id, false));
  }

  // Begins a conversation, or goes back to one that is begun and not sent; it is kept from its first
  // message on.
  begin(model) {
    const { conversation } = this.#state;
    const isUnsent = ({ id, messages }) => messages.length === 0 && this.#drafts.has(id);
    const unsent = [...this.#open.values()].find(isUnsent);
    const { system, ...settings } = conversation?.settings ?? {};
    this.#show(
      unsent ??
        conversations.newConversation(
          firstOf(this.models, model, conversation?.model)?.id ?? "",
          settings,
        ),
    );
    if (unsent && model) this.set({ model });
  }

  async choose(id) {
    const conversation = this.#open.get(id) ?? (await this.repository.read(id));
    if (conversation)
      this.#show(this.#isRunning(id) ? conversation : conversations.settled(conversation));
  }

  set(change) {
    const { conversation } = this.#state;
    this.#change(conversation.id, (it) => ({ ...it, ...change }), {
      isKept: conversation.messages.length > 0,
    });
  }

  setting(name, value) {
    this.set({ settings: { ...this.#state.conversation.settings, [name]: value } });
  }

  // What stands in the field of the open conversation.
  draft(change) {
    const draft = { ...this.#state.draft, ...change };
    const { id } = this.#state.conversation;
    if (draft.text || draft.files.length) this.#drafts.set(id, draft);
    else this.#drafts.delete(id);
    this.#set({ draft });
  }

  async rename(id, title) {
    const conversation = this.#open.get(id) ?? (await this.repository.read(id));
    if (!conversation) return;
    this.#open.set(id, conversation);
    this.#change(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  remove(id) {
    this.#lose([id]);
    return this.repository.remove(id);
  }

  removeAll() {
    this.#lose([...this.#open.keys(), ...this.#state.heads.map((head) => head.id)]);
    return this.repository.clear();
  }

  // Files that are new bring their `blob`; from then on the conversation has only their names.
  send(text, attached = []) {
    const { conversation } = this.#state;
    if (!this.modelOf(conversation)) return undefined;
    for (const { id, blob } of attached)
      if (blob) this.repository.keepFile(conversation.id, id, blob);
    const files = attached.map(({ blob, ...file }) => file);
    this.#change(conversation.id, (it) => conversations.withQuestion(it, text, files));
    return this.#answer(conversation.id);
  }

  // Asks again for the answer with this id; what came after it is dropped.
  again(answerId) {
    return this.#instead(answerId, (id) => this.#answer(id));
  }

  // Sends a changed question in place of the old one; what came after it is dropped.
  resend(message, text) {
    return this.#instead(message.id, () => this.send(text, message.files));
  }

  // Ends an answer, in the tab that it comes to. That tab may be gone: here it has ended at any rate.
  stop(id = this.#state.conversation.id) {
    this.#running.get(id)?.abort();
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

  #instead(messageId, ask) {
    const { conversation } = this.#state;
    if (!this.modelOf(conversation)) return undefined;
    this.stop(conversation.id);
    this.#change(conversation.id, (it) => conversations.before(it, messageId));
    return ask(conversation.id);
  }

  async #answer(id) {
    this.#running.get(id)?.abort();
    const ending = new AbortController();
    this.#running.set(id, ending);
    const conversation = this.#open.get(id);
    const model = this.modelOf(conversation);
    const isShown = isStreamed(conversation, model);
    const answer = {
      id: conversations.newId(),
      role: "assistant",
      model: conversation.model,
      state: "running",
      startedMs: Date.now(),
    };
    this.#change(id, (it) => conversations.withAnswer(it, { ...answer, ...fieldsOf(NEW_ANSWER) }));
    const onGrow = (grown) =>
      isShown &&
      this.#change(
        id,
        (it) =>
          conversations.withMessage(it, answer.id, { ...fieldsOf(grown), images: grown.pictures }),
        { isFast: true },
      );
    const told = await answerTo(conversation, model, {
      blobOf: (file) => this.file(id, file.id),
      signal: ending.signal,
      onGrow,
    });
    if (this.#running.get(id) === ending) this.#running.delete(id);
    this.#finish(id, answer.id, isShown ? told : { ...told, firstMs: null });
    this.onSpent();
  }

  // The conversation, or this answer in it, may be gone by now: then nothing of it is kept.
  #finish(id, answerId, told) {
    const isHere = this.#open.get(id)?.messages.some((message) => message.id === answerId);
    if (!isHere) {
      this.#set({ running: this.#allRunning() });
      return;
    }
    const images = told.pictures.map((url) => this.#keepPicture(id, url));
    this.#change(id, (conversation) =>
      conversations.withMessage(conversations.changed(conversation), answerId, {
        ...fieldsOf(told),
        state: told.state,
        images,
      }),
    );
  }

  #keepPicture(id, url) {
    const { type, bytes } = bytesOf(url);
    const file = {
      id: conversations.newId(),
      name: `picture-${Date.now() % 1e6}.${type.slice(6)}`,
      type,
      size: bytes.length,
    };
    this.repository.keepFile(id, file.id, new Blob([bytes], { type }));
    return file;
  }

  #hear({ kind, id, isRunning }) {
    if (kind === "hello") [...this.#running.keys()].forEach((it) => this.repository.announce(it));
    if (kind === "stop") this.#running.get(id)?.abort();
    if (kind === "write") this.#reload(id, isRunning);
    if (kind === "remove") this.#loseToo([id]);
    if (kind === "clear") this.#loseToo(this.#state.heads.map((head) => head.id));
  }

  // Takes over what another tab has written, unless this one has something newer under way.
  async #reload(id, isRunning) {
    if (this.#gone.has(id)) return;
    if (isRunning) this.#elsewhere.add(id);
    else this.#elsewhere.delete(id);
    const conversation = await this.repository.read(id);
    if (!conversation || this.#gone.has(id) || this.#running.has(id)) return;
    this.#renew(this.#elsewhere.has(id) ? conversation : conversations.settled(conversation));
  }

  #renew(conversation) {
    if (this.#open.has(conversation.id)) this.#open.set(conversation.id, conversation);
    const isShown = this.#state.conversation?.id === conversation.id;
    this.#set({
      running: this.#allRunning(),
      heads: this.#headsWith(conversation),
      ...(isShown ? { conversation } : {}),
    });
  }

  // Another tab has removed them. A write of this one may have come after that: it is undone.
  #loseToo(ids) {
    const known = ids.filter((id) => this.#open.has(id));
    this.#lose(ids);
    known.forEach((id) => this.repository.remove(id, { isKnown: true }));
  }

  // Takes conversations out of sight, and ends what is under way in them.
  #lose(ids) {
    for (const id of ids) {
      this.#running.get(id)?.abort();
      this.#gone.add(id);
      for (const held of [this.#running, this.#elsewhere, this.#open, this.#drafts])
        held.delete(id);
    }
    const heads = this.#state.heads.filter((head) => !this.#gone.has(head.id));
    this.#set({ heads, running: this.#allRunning() });
    if (this.#gone.has(this.#state.conversation.id)) this.begin();
  }

  get #state() {
    return this.#observable.read();
  }

  #isRunning(id) {
    return this.#running.has(id) || this.#elsewhere.has(id);
  }

  #allRunning() {
    return [...this.#running.keys(), ...this.#elsewhere];
  }

  #headsWith(conversation) {
    const others = this.#state.heads.filter((head) => head.id !== conversation.id);
    return [conversations.headOf(conversation), ...others]
      .sort(newestFirst)
      .slice(0, conversations.MAX_CONVERSATIONS);
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
