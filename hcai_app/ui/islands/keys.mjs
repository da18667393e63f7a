// Makes and rotates keys over plain HTTP. A new key lives in this page's memory alone: no event ever
// carries it, and whoever goes to another page has left it.
import { useEffect, useSyncExternalStore } from "react";
import { Observable } from "./observable.mjs";
import { call } from "./playground/call.mjs";

const FIELD = "key-name";
const NOTHING = { made: null, owner: "", place: "", isBusy: false, problem: "", status: 0 };

const held = new Observable(NOTHING);
const { read, subscribe } = held;
const set = (change) => held.set(change);
const focus = (id) => requestAnimationFrame(() => document.getElementById(id)?.focus());

// What the page shows of it. A page whose server starts anew is drawn anew, and still has the key,
// which nobody could show again.
export function useKeys(owner) {
  const shown = useSyncExternalStore(subscribe, read, read);
  useEffect(() => {
    const here = window.location.pathname;
    return () => {
      if (window.location.pathname !== here) set(NOTHING);
    };
  }, []);
  return shown.owner === owner ? shown : NOTHING;
}

export function forget() {
  set({ ...NOTHING, owner: read().owner });
  focus(FIELD);
}

export const mend = () => set({ problem: "" });
export const make = (owner, onMade, { name }) =>
  ask({ owner, place: "" }, "/api/keys", { name }, onMade);
export const rotate = (owner, onMade, { id, overlap }) =>
  ask({ owner, place: id }, "/api/keys/rotate", { id, overlap_hours: Number(overlap) }, onMade);

async function ask(place, path, asked, onMade) {
  if (read().isBusy) return;
  set({ ...place, isBusy: true, problem: "", status: 0 });
  const { error, body: made } = await call(path, JSON.stringify(asked));
  if (error) set({ isBusy: false, problem: error.message, status: error.code });
  else set({ isBusy: false, made });
  if (!error) onMade();
  if (!error) focus("fresh-key-title");
  else if (!place.place) focus(FIELD);
}
