// Word between the tabs of one browser, of whoever sits there: what one of them keeps, removes or has
// under way. `say` reaches the other tabs under the same tag, `hear` gets what they say.
export function openTabs(tag) {
  let channel = new BroadcastChannel(`hcai-playground ${tag}`);
  return {
    say: (word) => channel?.postMessage(word),
    hear: (listen) => {
      channel.onmessage = ({ data }) => listen(data);
    },
    close: () => {
      channel?.close();
      channel = null;
    },
  };
}
