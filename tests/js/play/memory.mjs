// What stands in for a browser's database.
import { asText } from "../../../hcai_app/ui/islands/playground/asking.mjs";
import { filesOf } from "../../../hcai_app/ui/islands/playground/files.mjs";

export function inMemory() {
  const kept = new Map(); // by a conversation's id: its text, and the bytes of its files
  const read = ({ text, blobs }) => {
    const conversation = JSON.parse(text);
    for (const file of filesOf(conversation)) file.blob = blobs.get(file.id);
    return conversation;
  };
  return {
    all: async () => [...kept.values()].map(read),
    write: async (conversation) => {
      const blobs = new Map(filesOf(conversation).map(({ id, blob }) => [id, blob]));
      kept.set(conversation.id, { text: asText(conversation), blobs });
    },
    remove: async (ids = [...kept.keys()]) => ids.forEach((id) => kept.delete(id)),
  };
}

// A browser with a single tab.
export const NO_TABS = { say: () => {}, hear: () => {}, close: () => {} };
