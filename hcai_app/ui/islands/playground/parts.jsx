// The few parts that Python's components cannot be: what opens the store and keys and files anywhere on
// the page, what has programs written, and what draws Markdown as soon as there is some.
import { lazy, Suspense, useEffect } from "react";
import { remembered } from "../browser-storage.mjs";
import { act } from "./acts.mjs";
import { isRunning } from "./conversations.mjs";
import { revokeUrls } from "./files.mjs";
import { leave, storeOf } from "./session.mjs";
import { openStorage } from "./storage.mjs";
import { Store } from "./store.mjs";
import { held, read, set } from "./views.mjs";

const Drawn = lazy(() => import("./markdown.jsx"));

// Opens the playground of whoever sits here, and closes it when somebody else does.
export function Playground({ onSpent, ...given }) {
  useEffect(() => {
    held.onSpent = onSpent;
  }, [onSpent]);
  useEffect(() => (given.owner ? enter(given) : leave()), [given.owner]);
  return null;
}

// Opens what belongs to an owner; returns what closes it.
function enter({ owner, source, beginning, ...given }) {
  let close = () => {};
  let isGone = false;
  set({ ...beginning, ...read(), given: { ...given, owner } });
  const open = async () => {
    const models = await act.loadModels(source);
    if (!models) return;
    const store = await storeOf(owner, () => openStore(owner, models));
    if (isGone) return;
    held.store = Object.assign(store, { models, onSpent: () => held.onSpent() });
    const follow = () => show(store.read());
    close = store.subscribe(follow);
    act.openAsked();
    act.loadPrompts();
    follow();
    set({ language: remembered("hcai-language", "curl") });
    focusAtStart();
  };
  open();
  return () => {
    isGone = true;
    close();
    revokeUrls();
    set({ room: null });
  };
}

// What is said of an answer is said where it was waited for, and not again when one comes back to it.
function show(room) {
  const { id } = room.conversation;
  const isAwaited = isRunning(room.conversation) || read().awaited === id;
  set({ room, awaited: isAwaited ? id : "" });
}

// Whoever has a keyboard can type at once; on a phone it would cover the page.
function focusAtStart() {
  const isFree = document.activeElement === document.body;
  if (isFree && window.matchMedia("(hover: hover)").matches) act.focusOn("play-field");
}

async function openStore(owner, models) {
  const store = new Store({ storage: await openStorage(owner), models });
  await store.load();
  window.addEventListener("pagehide", () => store.part());
  return store;
}

export function onKey(event) {
  const isOpen = document.querySelector(":popover-open, dialog[open]");
  if (event.key === "Escape" && !isOpen && read().room) held.store.stop();
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  set({ wanted: "" });
  document.getElementById("play-palette")?.showPopover();
}

// Files may be dropped anywhere.
export function onDrag(event) {
  if (event.relatedTarget || !read().room || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  set({ dropping: event.type === "dragover", mode: "chat" });
  if (event.type === "drop") act.attach([...event.dataTransfer.files]);
}

// Has the server write the request as a program; it keeps nothing of it.
let writing = new AbortController();
export async function writeProgram(body) {
  writing.abort();
  writing = new AbortController();
  const headers = { "Content-Type": "application/json" };
  const sent = { method: "POST", headers, body, signal: writing.signal };
  const answer = await fetch("/api/program", sent).catch(() => null);
  if (answer?.ok) set({ code: await answer.text() });
}

// What a model writes; plain until what draws it has been fetched.
export function Markdown({ text, parts }) {
  return (
    <Suspense fallback={<p className="play-text">{text}</p>}>
      <Drawn text={text} parts={parts} />
    </Suspense>
  );
}
