// What a page keeps, and how: writes wait for more to come, what finds no room stays in memory and is
// tried again once there may be some, and other tabs hear of everything.
import { kept } from "./conversations.mjs";

const SAVE_MS = 1000;
export const FULL =
  "This browser has no room left. What is new is gone when you leave the page: save it, or forget some conversations.";

export class Repository {
  #timers = new Map(); // a conversation's id -> its next write
  #files = new Map(); // a file's place -> its blob, until it is kept
  #owed = new Map(); // what found no room -> whose it is, and another try

  // `conversationOf` gives a conversation as it is now, and nothing when it is gone.
  constructor(storage, { conversationOf, isRunning, onTrouble }) {
    Object.assign(this, { storage, conversationOf, isRunning, onTrouble });
  }

  heads() {
    return this.storage.heads().catch(() => []);
  }

  read(id) {
    return this.storage.read(id).catch(() => undefined);
  }

  file(conversationId, id) {
    const blob = this.#files.get(placeOf(conversationId, id));
    return blob
      ? Promise.resolve(blob)
      : this.storage.file(conversationId, id).catch(() => undefined);
  }

  save(id, isFast) {
    if (isFast && this.#timers.has(id)) return;
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.#write(id), isFast ? SAVE_MS : 0),
    );
  }

  keepFile(conversationId, id, blob) {
    const place = placeOf(conversationId, id);
    this.#files.set(place, blob);
    return this.#attempt(place, conversationId, async () => {
      await this.storage.keepFile(conversationId, id, blob);
      this.#files.delete(place);
    });
  }

  // Forgets a conversation and its files; one that another tab has removed is known there already.
  async remove(id, { isKnown = false } = {}) {
    this.#forget(id);
    if (!isKnown) this.storage.say({ kind: "remove", id });
    await this.storage.remove(id).catch(() => {});
    await this.#retry();
  }

  async clear() {
    [...this.#timers.keys()].forEach((id) => this.#forget(id));
    this.#files.clear();
    this.#owed.clear();
    this.storage.say({ kind: "clear" });
    await this.storage.clear().catch(() => {});
    this.#tell();
  }

  // The page goes away: what waits to be written is written now.
  flush() {
    for (const id of [...this.#timers.keys()]) this.#write(id);
  }

  // Lets the other tabs know that what they have of a conversation is old.
  announce(id, isRunning = this.isRunning(id)) {
    this.storage.say({ kind: "write", id, isRunning });
  }

  async #write(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    await this.#attempt(id, id, () => this.storage.write(kept(this.conversationOf(id))));
    this.announce(id);
  }

  async #attempt(place, conversationId, work) {
    if (!this.conversationOf(conversationId)) return;
    try {
      await work();
      this.#owed.delete(place);
    } catch {
      if (this.conversationOf(conversationId)) this.#owed.set(place, { conversationId, work });
    }
    this.#tell();
  }

  async #retry() {
    for (const [place, { conversationId, work }] of [...this.#owed])
      await this.#attempt(place, conversationId, work);
    this.#tell();
  }

  #tell() {
    this.onTrouble(this.#owed.size ? FULL : "");
  }

  #forget(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    for (const place of this.#files.keys())
      if (place.startsWith(placeOf(id, ""))) this.#files.delete(place);
    for (const [place, { conversationId }] of this.#owed)
      if (conversationId === id) this.#owed.delete(place);
  }
}

const placeOf = (conversationId, id) => `${conversationId} ${id}`;
