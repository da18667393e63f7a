// Word between the tabs of one browser: what one of them keeps, removes or has under way.

const NAME = "hcai-playground";

// `say` reaches the other tabs under the same tag, `hear` gets what they say.
export function openTabs(tag) {
  const channel = globalThis.BroadcastChannel && new BroadcastChannel(`${NAME} ${tag}`);
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

// Where nothing is shared with other tabs there is nothing to say.
export const NO_TABS = { say: () => {}, hear: () => {}, close: () => {} };
