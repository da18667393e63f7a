// What a page keeps, and how: writes wait for more to come, what finds no room stays in memory and is
// tried again once there may be some, and other tabs hear of everything.
import { isEmpty, kept } from "./conversations.mjs";

const SAVE_MS = 1000;
export const FULL =
  "This browser has no room left. What is new is gone when you leave the page: save it, or forget some conversations.";

const placeOf = (id, file) => `${id} ${file}`;

export class Repository {
  #waiting = new Map(); // a conversation's id, or a file's place -> what is not kept yet
  #timer;

  constructor(storage, onTrouble) {
    Object.assign(this, { storage, onTrouble });
  }

  // Keeps a conversation now; while an answer grows, within a second.
  keep(conversation, isFast = false) {
    this.#waiting.set(conversation.id, conversation);
    if (isFast && this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), isFast ? SAVE_MS : 0);
  }

  keepFile(id, file, blob) {
    this.#waiting.set(placeOf(id, file), blob);
    return this.flush();
  }

  async file(id, file) {
    const blob = this.#waiting.get(placeOf(id, file));
    return blob ?? (await this.storage.file(id, file).catch(() => undefined));
  }

  // Forgets conversations and their files; what another tab has removed is known there already.
  async remove(ids, { isKnown = false } = {}) {
    for (const place of this.#waiting.keys())
      if (ids.includes(place.split(" ")[0])) this.#waiting.delete(place);
    if (!isKnown) this.storage.say({ kind: "remove", ids });
    await this.storage.remove(ids).catch(() => {});
    await this.flush();
  }

  // Writes all that waits; what has failed before is tried again.
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tries = [...this.#waiting].map((it) => this.#try(...it));
    const isFull = (await Promise.all(tries)).includes(false) && this.storage.lasts;
    this.onTrouble(isFull ? FULL : "");
  }

  async #try(place, it) {
    try {
      await (it instanceof Blob ? this.storage.keepFile(...place.split(" "), it) : this.#write(it));
    } catch {
      return this.#waiting.get(place) !== it;
    }
    return this.#waiting.get(place) !== it || this.#waiting.delete(place);
  }

  #write(conversation) {
    const it = kept(conversation);
    this.storage.say({ kind: "write", conversation: it });
    return isEmpty(it) ? this.storage.remove([it.id]) : this.storage.write(it);
  }
}
