// Where conversations rest: in this browser's own database, under a tag of whoever sits here, so that
// the next one who signs in does not find them. Where a browser keeps nothing, the page's memory does.
import { NO_TABS, openTabs } from "./tabs.mjs";
import { MAX_CONVERSATIONS, headOf } from "./conversations.mjs";

const NAME = "hcai-playground";
// Browsers have conversations under `talks`: another name would lose them.
const STORES = ["heads", "talks", "files"];

// Every place is a list that begins with the tag; a longer one comes after its beginning.
const under = (...place) => IDBKeyRange.bound(place, [...place, []]);

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
  return done(request);
}

// Opens what belongs to a tag. `lasts` tells whether it outlives the page.
export async function openStorage(tag) {
  try {
    const database = await open();
    return { lasts: true, ...inDatabase(database, tag), ...openTabs(tag) };
  } catch {
    return { lasts: false, ...inMemory(), ...NO_TABS };
  }
}

function inDatabase(database, tag) {
  const within = (mode, work) => {
    const transaction = database.transaction(STORES, mode);
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const stores = Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)]));
    const result = work(stores);
    return finished.then(() => result);
  };
  const drop = (stores, id) => {
    stores.heads.delete([tag, id]);
    stores.talks.delete([tag, id]);
    stores.files.delete(under(tag, id));
  };
  return {
    heads: () => within("readonly", ({ heads }) => done(heads.getAll(under(tag)))),
    read: (id) => within("readonly", ({ talks }) => done(talks.get([tag, id]))),
    // Writes a conversation; the oldest ones make room.
    write: (conversation) =>
      within("readwrite", async (stores) => {
        stores.heads.put(headOf(conversation), [tag, conversation.id]);
        stores.talks.put(conversation, [tag, conversation.id]);
        const heads = await done(stores.heads.getAll(under(tag)));
        const old = heads
          .sort((one, other) => other.updatedMs - one.updatedMs)
          .slice(MAX_CONVERSATIONS);
        old.forEach(({ id }) => drop(stores, id));
      }),
    remove: (id) => within("readwrite", (stores) => drop(stores, id)),
    clear: () =>
      within("readwrite", (stores) => STORES.forEach((name) => stores[name].delete(under(tag)))),
    keepFile: (conversationId, id, blob) =>
      within("readwrite", ({ files }) => done(files.put(blob, [tag, conversationId, id]))),
    file: (conversationId, id) =>
      within("readonly", ({ files }) => done(files.get([tag, conversationId, id]))),
  };
}

export function inMemory() {
  const conversations = new Map();
  const files = new Map();
  return {
    heads: async () => [...conversations.values()].map(headOf),
    read: async (id) => conversations.get(id),
    write: async (conversation) => void conversations.set(conversation.id, conversation),
    remove: async (id) => {
      conversations.delete(id);
      for (const place of files.keys()) if (place.startsWith(`${id} `)) files.delete(place);
    },
    clear: async () => {
      conversations.clear();
      files.clear();
    },
    keepFile: async (conversationId, id, blob) => void files.set(`${conversationId} ${id}`, blob),
    file: async (conversationId, id) => files.get(`${conversationId} ${id}`),
  };
}
