// What a page keeps, and how: writes wait for more to come, what finds no room stays in memory and is
// tried again once there may be some, and other tabs hear of everything.
import { isEmpty } from "./conversations.mjs";

const SAVE_MS = 1000;

export class Repository {
  #waiting = new Map(); // by a conversation's id: what of it is not kept yet
  #timer;

  constructor(storage, onFull) {
    Object.assign(this, { storage, onFull });
  }

  // Keeps a conversation now; while an answer grows, within a second.
  keep(conversation, isFast = false) {
    this.#waiting.set(conversation.id, conversation);
    if (isFast && this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), isFast ? SAVE_MS : 0);
  }

  // Forgets conversations and their files; what another tab has removed is known there already.
  async remove(ids, { isKnown = false } = {}) {
    for (const id of ids) this.#waiting.delete(id);
    if (!isKnown) this.storage.say({ kind: "remove", ids });
    await this.storage.remove(ids).catch(() => {});
    await this.flush();
  }

  // Writes all that waits; what has failed before is tried again.
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tries = await Promise.all([...this.#waiting.values()].map((it) => this.#write(it)));
    this.onFull(tries.includes(false));
  }

  async #write(conversation) {
    const { id } = conversation;
    const { say, remove, write } = this.storage;
    say({ kind: "write", conversation });
    const writing = isEmpty(conversation) ? remove([id]) : write(conversation);
    const isKept = await writing.then(
      () => true,
      () => false,
    );
    const isLatest = this.#waiting.get(id) === conversation;
    if (isKept && isLatest) this.#waiting.delete(id);
    return isKept || !isLatest;
  }
}
