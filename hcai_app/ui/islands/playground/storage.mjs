// Where conversations rest: in this browser's own database, under a tag of whoever sits here, so that
// the next one who signs in does not find them. Where a browser keeps nothing, the page's memory does.
import { openDB } from "idb";
import { headOf, MAX_CONVERSATIONS } from "./conversations.mjs";
import { inMemory, NO_TABS, openTabs } from "./memory.mjs";

export const NAME = "hcai-playground";
// Browsers have conversations under `talks`: another name would lose them.
const STORES = ["heads", "talks", "files"];

// Every place is a list that begins with the tag; a longer one comes after its beginning.
const under = (...place) => IDBKeyRange.bound(place, [...place, []]);

// Opens what belongs to a tag. `lasts` tells whether it outlives the page.
export async function openStorage(tag) {
  try {
    const upgrade = (database) => STORES.forEach((name) => database.createObjectStore(name));
    return {
      lasts: true,
      ...inDatabase(await openDB(NAME, 1, { upgrade }), tag),
      ...openTabs(tag),
    };
  } catch {
    return { lasts: false, ...inMemory(), ...NO_TABS };
  }
}

function inDatabase(database, tag) {
  const within = async (work) => {
    const transaction = database.transaction(STORES, "readwrite");
    const stores = STORES.map((name) => transaction.objectStore(name));
    await Promise.all([work(...stores), transaction.done]);
  };
  const drop = ([heads, talks, files], id) =>
    Promise.all([heads.delete([tag, id]), talks.delete([tag, id]), files.delete(under(tag, id))]);
  return {
    heads: () => database.getAll("heads", under(tag)),
    read: (id) => database.get("talks", [tag, id]),
    // Writes a conversation; the oldest ones make room.
    write: (conversation) =>
      within(async (heads, talks, files) => {
        heads.put(headOf(conversation), [tag, conversation.id]);
        talks.put(conversation, [tag, conversation.id]);
        const all = await heads.getAll(under(tag));
        const old = all.sort((one, other) => other.updatedMs - one.updatedMs);
        for (const { id } of old.slice(MAX_CONVERSATIONS)) drop([heads, talks, files], id);
      }),
    remove: (id) => within((...stores) => drop(stores, id)),
    clear: () => within((...stores) => Promise.all(stores.map((it) => it.delete(under(tag))))),
    keepFile: (conversationId, id, blob) => database.put("files", blob, [tag, conversationId, id]),
    file: (conversationId, id) => database.get("files", [tag, conversationId, id]),
  };
}
