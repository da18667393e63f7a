// What stands in for a browser's database, and word between the tabs of one browser: what one of them
// keeps, removes or has under way.
export function inMemory() {
  const conversations = new Map();
  const files = new Map();
  return {
    all: async () => [...conversations.values()],
    write: async (conversation) => void conversations.set(conversation.id, conversation),
    keepFile: async (id, file, blob) => void files.set(`${id} ${file}`, blob),
    file: async (id, file) => files.get(`${id} ${file}`),
    remove: async (ids = [...conversations.keys()]) => {
      for (const kept of [conversations, files])
        for (const place of kept.keys()) if (ids.includes(place.split(" ")[0])) kept.delete(place);
    },
  };
}

// `say` reaches the other tabs under the same tag, `hear` gets what they say.
export function openTabs(tag) {
  if (!globalThis.BroadcastChannel) return NO_TABS;
  const channel = new BroadcastChannel(`hcai-playground ${tag}`);
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
