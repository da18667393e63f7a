// What stands in for a browser's database.
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

// A browser with a single tab.
export const NO_TABS = { say: () => {}, hear: () => {}, close: () => {} };
