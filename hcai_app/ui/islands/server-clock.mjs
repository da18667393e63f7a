// The server's clock, by the newest moment that it has told: a reader's own may be hours off.
let toldMs = 0;
let offsetMs = 0;

// An older moment is one that was told before, to a page that is shown again.
export function hear(nowMs) {
  if (!(nowMs > toldMs)) return;
  toldMs = nowMs;
  offsetMs = nowMs - Date.now();
}

export const serverNow = () => Date.now() + offsetMs;
