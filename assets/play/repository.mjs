// What a page keeps, and how: writes wait for more to come, what finds no room stays in memory and is
// tried again once there may be some, and other tabs hear of everything.
import { kept } from "./conversations.mjs";

const SAVE_MS = 1000;
export const FULL =
  "This browser has no room left. What is new is gone when you leave the page: save it, or forget some conversations.";

export class Shelf {
  #timers = new Map(); // a conversation's id -> its next write
  #files = new Map(); // a file's place -> its blob, until it is kept
  #owed = new Map(); // what found no room -> whose it is, and another try

  // `talkOf` gives a conversation as it is now, and nothing when it is gone.
  constructor(keeping, { talkOf, isRunning, onTrouble }) {
    Object.assign(this, { keeping, talkOf, isRunning, onTrouble });
  }

  heads() {
    return this.keeping.heads().catch(() => []);
  }

  read(id) {
    return this.keeping.read(id).catch(() => undefined);
  }

  file(talkId, id) {
    const blob = this.#files.get(placeOf(talkId, id));
    return blob ? Promise.resolve(blob) : this.keeping.file(talkId, id).catch(() => undefined);
  }

  save(id, isFast) {
    if (isFast && this.#timers.has(id)) return;
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.#write(id), isFast ? SAVE_MS : 0),
    );
  }

  keepFile(talkId, id, blob) {
    const place = placeOf(talkId, id);
    this.#files.set(place, blob);
    return this.#attempt(place, talkId, async () => {
      await this.keeping.keepFile(talkId, id, blob);
      this.#files.delete(place);
    });
  }

  // Forgets a conversation and its files; one that another tab has removed is known there already.
  async remove(id, { isKnown = false } = {}) {
    this.#forget(id);
    if (!isKnown) this.keeping.say({ kind: "remove", id });
    await this.keeping.remove(id).catch(() => {});
    await this.#retry();
  }

  async clear() {
    [...this.#timers.keys()].forEach((id) => this.#forget(id));
    this.#files.clear();
    this.#owed.clear();
    this.keeping.say({ kind: "clear" });
    await this.keeping.clear().catch(() => {});
    this.#tell();
  }

  // Lets the other tabs know that what they have of a conversation is old.
  announce(id, isRunning = this.isRunning(id)) {
    this.keeping.say({ kind: "write", id, isRunning });
  }

  async #write(id) {
    this.#timers.delete(id);
    await this.#attempt(id, id, () => this.keeping.write(kept(this.talkOf(id))));
    this.announce(id);
  }

  async #attempt(place, talkId, work) {
    if (!this.talkOf(talkId)) return;
    try {
      await work();
      this.#owed.delete(place);
    } catch {
      if (this.talkOf(talkId)) this.#owed.set(place, { talkId, work });
    }
    this.#tell();
  }

  async #retry() {
    for (const [place, { talkId, work }] of [...this.#owed])
      await this.#attempt(place, talkId, work);
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
    for (const [place, { talkId }] of this.#owed) if (talkId === id) this.#owed.delete(place);
  }
}

const placeOf = (talkId, id) => `${talkId} ${id}`;
