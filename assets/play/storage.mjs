// Where conversations rest: in this browser's own database, under a tag of whoever sits here, so that
// the next one who signs in does not find them. Where a browser keeps nothing, the page's memory does.
import { NO_TABS, openTabs } from "./tabs.mjs";
import { MAX_TALKS, headOf } from "./conversations.mjs";

const NAME = "hcai-playground";
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
export async function openKeeping(tag) {
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
    write: (talk) =>
      within("readwrite", async (stores) => {
        stores.heads.put(headOf(talk), [tag, talk.id]);
        stores.talks.put(talk, [tag, talk.id]);
        const heads = await done(stores.heads.getAll(under(tag)));
        const old = heads.sort((one, other) => other.updatedMs - one.updatedMs).slice(MAX_TALKS);
        old.forEach(({ id }) => drop(stores, id));
      }),
    remove: (id) => within("readwrite", (stores) => drop(stores, id)),
    clear: () =>
      within("readwrite", (stores) => STORES.forEach((name) => stores[name].delete(under(tag)))),
    keepFile: (talkId, id, blob) =>
      within("readwrite", ({ files }) => done(files.put(blob, [tag, talkId, id]))),
    file: (talkId, id) => within("readonly", ({ files }) => done(files.get([tag, talkId, id]))),
  };
}

export function inMemory() {
  const talks = new Map();
  const files = new Map();
  return {
    heads: async () => [...talks.values()].map(headOf),
    read: async (id) => talks.get(id),
    write: async (talk) => void talks.set(talk.id, talk),
    remove: async (id) => {
      talks.delete(id);
      for (const place of files.keys()) if (place.startsWith(`${id} `)) files.delete(place);
    },
    clear: async () => {
      talks.clear();
      files.clear();
    },
    keepFile: async (talkId, id, blob) => void files.set(`${talkId} ${id}`, blob),
    file: async (talkId, id) => files.get(`${talkId} ${id}`),
  };
}
