// Whose playground this page has open. It stays open while another page is looked at, so that answers
// go on; somebody else's is another one altogether.
let current = { owner: "", opening: null };

// The store of an owner, opened with the first call.
export function storeOf(owner, open) {
  if (current.owner !== owner) {
    leave();
    current = { owner, opening: open() };
  }
  return current.opening;
}

// Whoever sat here has left.
export function leave() {
  current.opening?.then((store) => store.close());
  current = { owner: "", opening: null };
}
