// What the page shows and what it does: conversations, the one that is open, answers under way, and
// what other tabs of this browser have made of them.
import { answerTo } from "./asking.mjs";
import { firstOf } from "./models.mjs";
import { isStreamed } from "./request.mjs";
import { Shelf } from "./repository.mjs";
import { Shown } from "./observable.mjs";
import { NEW_ANSWER, bytesOf, fieldsOf } from "./stream.mjs";
import * as talks from "./conversations.mjs";

const NOTHING_WRITTEN = { text: "", files: [] };
const newestFirst = (one, other) => other.updatedMs - one.updatedMs;

export class Store {
  #running = new Map(); // a conversation's id -> what ends its answer
  #elsewhere = new Set(); // the conversations that another tab is answering in
  #open = new Map(); // the conversations that something happens in
  #gone = new Set(); // those that were removed, here or in another tab
  #drafts = new Map(); // what was begun to be written, in memory only
  #shown = new Shown({
    lasts: true,
    heads: [],
    talk: null,
    draft: NOTHING_WRITTEN,
    running: [],
    trouble: "",
  });
  subscribe = this.#shown.subscribe;
  read = this.#shown.read;

  constructor({ keeping, models, onSpent = () => {} }) {
    this.keeping = keeping;
    this.models = models;
    this.onSpent = onSpent;
    this.shelf = new Shelf(keeping, {
      talkOf: (id) => this.#open.get(id),
      isRunning: (id) => this.#running.has(id),
      onTrouble: (trouble) => trouble !== this.#state.trouble && this.#set({ trouble }),
    });
  }

  async load() {
    const heads = (await this.shelf.heads()).sort(newestFirst);
    this.#set({ heads, lasts: this.keeping.lasts });
    const last = heads[0] && (await this.shelf.read(heads[0].id));
    if (last) this.#show(talks.settled(last));
    else this.begin();
    this.keeping.hear((word) => this.#hear(word));
    this.keeping.say({ kind: "hello" });
  }

  // Whoever sat here has left: what runs is stopped, and nobody is listened to any more.
  close() {
    this.onSpent = () => {};
    this.#running.forEach((ending) => ending.abort());
    this.keeping.close();
  }

  // The page goes away, and with it what it has under way.
  part() {
    [...this.#running.keys()].forEach((id) => this.shelf.announce(id, false));
  }

  // Begins a conversation, or goes back to one that is begun and not sent; it is kept from its first
  // message on.
  begin(model) {
    const { talk } = this.#state;
    const isUnsent = ({ id, messages }) => messages.length === 0 && this.#drafts.has(id);
    const unsent = [...this.#open.values()].find(isUnsent);
    const { system, ...settings } = talk?.settings ?? {};
    this.#show(
      unsent ?? talks.newTalk(firstOf(this.models, model, talk?.model)?.id ?? "", settings),
    );
    if (unsent && model) this.set({ model });
  }

  async choose(id) {
    const talk = this.#open.get(id) ?? (await this.shelf.read(id));
    if (talk) this.#show(this.#isRunning(id) ? talk : talks.settled(talk));
  }

  set(change) {
    const { talk } = this.#state;
    this.#change(talk.id, (it) => ({ ...it, ...change }), { isKept: talk.messages.length > 0 });
  }

  setting(name, value) {
    this.set({ settings: { ...this.#state.talk.settings, [name]: value } });
  }

  // What stands in the field of the open conversation.
  draft(change) {
    const draft = { ...this.#state.draft, ...change };
    const { id } = this.#state.talk;
    if (draft.text || draft.files.length) this.#drafts.set(id, draft);
    else this.#drafts.delete(id);
    this.#set({ draft });
  }

  async rename(id, title) {
    const talk = this.#open.get(id) ?? (await this.shelf.read(id));
    if (!talk) return;
    this.#open.set(id, talk);
    this.#change(id, (it) => ({ ...it, title: title.trim() || it.title }));
  }

  remove(id) {
    this.#lose([id]);
    return this.shelf.remove(id);
  }

  removeAll() {
    this.#lose([...this.#open.keys(), ...this.#state.heads.map((head) => head.id)]);
    return this.shelf.clear();
  }

  // Files that are new bring their `blob`; from then on the conversation has only their names.
  send(text, attached = []) {
    const { talk } = this.#state;
    if (!this.modelOf(talk)) return undefined;
    for (const { id, blob } of attached) if (blob) this.shelf.keepFile(talk.id, id, blob);
    const files = attached.map(({ blob, ...file }) => file);
    this.#change(talk.id, (it) => talks.withQuestion(it, text, files));
    return this.#answer(talk.id);
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
  stop(id = this.#state.talk.id) {
    this.#running.get(id)?.abort();
    if (!this.#elsewhere.delete(id)) return;
    this.keeping.say({ kind: "stop", id });
    this.#renew(talks.settled(this.#open.get(id)));
  }

  modelOf(talk) {
    return this.models.find((model) => model.id === talk.model);
  }

  file(talkId, id) {
    return this.shelf.file(talkId, id);
  }

  #instead(messageId, ask) {
    const { talk } = this.#state;
    if (!this.modelOf(talk)) return undefined;
    this.stop(talk.id);
    this.#change(talk.id, (it) => talks.before(it, messageId));
    return ask(talk.id);
  }

  async #answer(id) {
    this.#running.get(id)?.abort();
    const ending = new AbortController();
    this.#running.set(id, ending);
    const talk = this.#open.get(id);
    const model = this.modelOf(talk);
    const isShown = isStreamed(talk, model);
    const answer = {
      id: talks.newId(),
      role: "assistant",
      model: talk.model,
      state: "running",
      startedMs: Date.now(),
    };
    this.#change(id, (it) => talks.withAnswer(it, { ...answer, ...fieldsOf(NEW_ANSWER) }));
    const onGrow = (grown) =>
      isShown &&
      this.#change(
        id,
        (it) => talks.withMessage(it, answer.id, { ...fieldsOf(grown), images: grown.pictures }),
        { isFast: true },
      );
    const told = await answerTo(talk, model, {
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
    this.#change(id, (talk) =>
      talks.withMessage(talks.changed(talk), answerId, {
        ...fieldsOf(told),
        state: told.state,
        images,
      }),
    );
  }

  #keepPicture(id, url) {
    const { type, bytes } = bytesOf(url);
    const file = {
      id: talks.newId(),
      name: `picture-${Date.now() % 1e6}.${type.slice(6)}`,
      type,
      size: bytes.length,
    };
    this.shelf.keepFile(id, file.id, new Blob([bytes], { type }));
    return file;
  }

  #hear({ kind, id, isRunning }) {
    if (kind === "hello") [...this.#running.keys()].forEach((it) => this.shelf.announce(it));
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
    const talk = await this.shelf.read(id);
    if (!talk || this.#gone.has(id) || this.#running.has(id)) return;
    this.#renew(this.#elsewhere.has(id) ? talk : talks.settled(talk));
  }

  #renew(talk) {
    if (this.#open.has(talk.id)) this.#open.set(talk.id, talk);
    const isShown = this.#state.talk?.id === talk.id;
    this.#set({
      running: this.#allRunning(),
      heads: this.#headsWith(talk),
      ...(isShown ? { talk } : {}),
    });
  }

  // Another tab has removed them. A write of this one may have come after that: it is undone.
  #loseToo(ids) {
    const known = ids.filter((id) => this.#open.has(id));
    this.#lose(ids);
    known.forEach((id) => this.shelf.remove(id, { isKnown: true }));
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
    if (this.#gone.has(this.#state.talk.id)) this.begin();
  }

  get #state() {
    return this.#shown.read();
  }

  #isRunning(id) {
    return this.#running.has(id) || this.#elsewhere.has(id);
  }

  #allRunning() {
    return [...this.#running.keys(), ...this.#elsewhere];
  }

  #headsWith(talk) {
    const others = this.#state.heads.filter((head) => head.id !== talk.id);
    return [talks.headOf(talk), ...others].sort(newestFirst).slice(0, talks.MAX_TALKS);
  }

  #show(talk) {
    this.#open.set(talk.id, talk);
    this.#set({ talk, draft: this.#drafts.get(talk.id) ?? NOTHING_WRITTEN });
  }

  #change(id, work, { isFast = false, isKept = true } = {}) {
    const before = this.#open.get(id);
    if (!before) return;
    const talk = work(before);
    this.#open.set(id, talk);
    if (isKept) this.shelf.save(id, isFast);
    const change = { running: this.#allRunning() };
    if (this.#state.talk?.id === id) change.talk = talk;
    if (!isFast && isKept) change.heads = this.#headsWith(talk);
    this.#set(change, { isSoon: isFast });
  }

  #set(change, options) {
    this.#shown.set(change, options);
  }
}
