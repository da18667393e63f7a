// Where conversations rest: in this browser's own database, under a tag of whoever sits here, so that
// the next one who signs in does not find them. Where a browser keeps nothing, the page's memory does.
import { openDB } from "idb";
import { asText } from "./asking.mjs";
import { filesOf } from "./files.mjs";
import { openTabs } from "./tabs.mjs";

export const NAME = "hcai-playground";
// Browsers have conversations under `talks`: another name would lose them.
const STORES = ["talks", "files"];
const LISTED = "heads"; // what a former version kept beside them: their titles
const nothing = async () => [];

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
    return { lasts: false, all: nothing, write: nothing, remove: nothing, ...tabs };
  }
}

const inDatabase = (database, tag) => ({
  // All conversations, their files with their bytes, which a browser reads only when they are used.
  all: async () => {
    const step = database.transaction(STORES);
    const [talks, blobs] = STORES.map((name) => step.objectStore(name).getAll(under(tag)));
    const places = await step.objectStore("files").getAllKeys(under(tag));
    const kept = new Map((await blobs).map((blob, at) => [places[at].at(-1), blob]));
    for (const file of (await talks).flatMap(filesOf)) file.blob = kept.get(file.id);
    return talks;
  },
  write: (conversation) => {
    const place = [tag, conversation.id];
    const plain = JSON.parse(asText(conversation));
    const { store, done } = database.transaction("files", "readwrite");
    const keep = async ({ id, blob }) =>
      (await store.getKey([...place, id])) ?? store.put(blob, [...place, id]);
    const files = filesOf(conversation).filter(({ blob }) => blob);
    return Promise.all([database.put("talks", plain, place), done, ...files.map(keep)]);
  },
  // Removes conversations with their files, or all, in one step that goes on when the page leaves.
  remove: (ids = [[]]) => {
    const step = database.transaction(STORES, "readwrite");
    for (const id of ids)
      for (const name of STORES) step.objectStore(name).delete(under(tag, ...[id].flat()));
    step.commit();
    return step.done;
  },
});
