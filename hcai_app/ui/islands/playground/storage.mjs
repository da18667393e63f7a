// Where conversations rest: in this browser's own database, under a tag of whoever sits here, so that
// the next one who signs in does not find them. Where a browser keeps nothing, the page's memory does.
import { openDB } from "idb";
import { openTabs } from "./tabs.mjs";

export const NAME = "hcai-playground";
// Browsers have conversations under `talks`: another name would lose them.
const STORES = ["talks", "files"];
const LISTED = "heads"; // what a former version kept beside them: their titles
const nothing = async () => {};
// What is kept nowhere stays with the page that has it (repository.mjs).
const NOWHERE = { lasts: false, all: async () => [], file: nothing, remove: nothing };

// Every place is a list that begins with the tag; a longer one comes after its beginning.
const under = (...place) => IDBKeyRange.bound(place, [...place, []]);

// Opens what belongs to a tag. `lasts` tells whether it outlives the page.
export async function openStorage(tag) {
  const tabs = openTabs(tag);
  try {
    const upgrade = (database) => STORES.forEach((name) => database.createObjectStore(name));
    const database = await openDB(NAME, 1, { upgrade });
    if (database.objectStoreNames.contains(LISTED)) await database.clear(LISTED);
    return { lasts: true, ...inDatabase(database, tag), ...tabs };
  } catch {
    return { ...NOWHERE, ...tabs };
  }
}

const inDatabase = (database, tag) => ({
  all: () => database.getAll("talks", under(tag)),
  write: (conversation) => database.put("talks", conversation, [tag, conversation.id]),
  keepFile: (id, file, blob) => database.put("files", blob, [tag, id, file]),
  file: (id, file) => database.get("files", [tag, id, file]),
  // Removes conversations with their files, or all, in one step that goes on when the page leaves.
  remove: (ids = [[]]) => {
    const step = database.transaction(STORES, "readwrite");
    for (const id of ids)
      for (const name of STORES) step.objectStore(name).delete(under(tag, ...[id].flat()));
    step.commit();
    return step.done;
  },
});
