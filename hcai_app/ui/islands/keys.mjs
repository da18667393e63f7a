// Makes and rotates keys over plain HTTP. A new key lives in this page's memory alone: no event ever
// carries it, and whoever goes to another page has left it.
import { useEffect, useSyncExternalStore } from "react";
import { Observable } from "./observable.mjs";

const NOTHING = {
  made: null,
  owner: "",
  place: "",
  focused: "",
  isBusy: false,
  problem: "",
  status: 0,
};
const OFFLINE = "You are offline. Nothing is lost; try again when you are back.";
const SILENT = "The server did not answer. Try again in a moment.";

const held = new Observable(NOTHING);
const { read, subscribe } = held;
const set = (change) => held.set(change);

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
  useEffect(() => document.getElementById(shown.focused)?.focus(), [shown]);
  return shown.owner === owner ? shown : NOTHING;
}

export const forget = () => set({ ...NOTHING, owner: read().owner, focused: "key-name" });
export const mend = () => set({ problem: "" });

export function make(owner, onMade, { name }) {
  const place = { owner, place: "", field: "key-name" };
  if (name.trim()) return ask(place, "/api/keys", { name }, onMade);
  return set({ ...place, focused: place.field, problem: "Give the key a name first." });
}

export function rotate(owner, onMade, { id, overlap }) {
  const body = { id, overlap_hours: Number(overlap) };
  return ask({ owner, place: id, field: "" }, "/api/keys/rotate", body, onMade);
}

async function ask(place, path, body, onMade) {
  if (read().isBusy) return;
  set({ ...place, isBusy: true, focused: "", problem: "", status: 0 });
  const told = await answerOf(path, body).catch(unanswered);
  set({ isBusy: false, focused: place.field, ...told });
  if (told.made) onMade();
}

const unanswered = () => ({ problem: navigator.onLine ? SILENT : OFFLINE });

async function answerOf(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (answer.status === 201) return { made: told, focused: "fresh-key-title" };
  return { status: answer.status, problem: told.error.message };
}
