// After an account is gone, so are its conversations in this browser: the address brings their tag.
import { openStorage } from "./storage.mjs";

export async function forget() {
  const tag = window.location.hash.slice(1);
  if (!tag) return;
  window.history.replaceState(window.history.state, "", window.location.pathname);
  window.localStorage.removeItem(`hcai-prompts ${tag}`);
  const storage = await openStorage(tag);
  const all = await storage.all();
  await storage.remove();
  storage.say({ kind: "remove", ids: all.map(({ id }) => id) });
  storage.close();
}
