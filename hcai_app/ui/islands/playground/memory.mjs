// What stands in for a browser's database, and word between the tabs of one browser: what one of them
// keeps, removes or has under way.
import { headOf } from "./conversations.mjs";

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
    clear: async () => [conversations, files].forEach((it) => it.clear()),
    keepFile: async (conversationId, id, blob) => void files.set(`${conversationId} ${id}`, blob),
    file: async (conversationId, id) => files.get(`${conversationId} ${id}`),
  };
}

// `say` reaches the other tabs under the same tag, `hear` gets what they say.
export function openTabs(tag) {
  const channel = globalThis.BroadcastChannel && new BroadcastChannel(`hcai-playground ${tag}`);
  if (!channel) return NO_TABS;
  let isOpen = true;
  return {
    say: (word) => isOpen && channel.postMessage(word),
    hear: (listen) => {
      channel.onmessage = ({ data }) => listen(data);
    },
    close: () => {
      isOpen = false;
      channel.close();
    },
  };
}

export const NO_TABS = { say: () => {}, hear: () => {}, close: () => {} };
