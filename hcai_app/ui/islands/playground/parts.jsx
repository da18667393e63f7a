// The few parts that Python's components cannot be: what listens to the window, has programs written,
// and draws Markdown as soon as there is some.
import { lazy, Suspense, useEffect } from "react";
import { remembered } from "../browser-storage.mjs";
import { act } from "./acts.mjs";
import { isRunning } from "./conversations.mjs";
import { revokeUrls } from "./files.mjs";
import { leave, storeOf } from "./session.mjs";
import { openStorage } from "./storage.mjs";
import { Store } from "./store.mjs";
import { held, read, set, usePlay } from "./views.mjs";

const HEARD = 400;
const TYPED_MS = 200;
const Drawn = lazy(() => import("./markdown.jsx"));

// Opens the playground of whoever sits here, and closes it when somebody else does.
export function Playground({ onSpent, ...given }) {
  useEffect(() => {
    held.onSpent = onSpent;
  }, [onSpent]);
  useEffect(() => (given.owner ? enter(given) : leave()), [given.owner]);
  useEffect(listen, []);
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
    const follow = shownFrom(store);
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

// Passes on what the store shows, and says once what those who hear the page should know.
function shownFrom(store) {
  let was = {};
  return () => {
    const room = store.read();
    const { id, messages } = room.conversation;
    const runs = isRunning(room.conversation);
    const said = runs ? "Answering …" : was.runs ? told(messages.at(-1)) : read().spoken;
    set({ room, spoken: id === was.id ? said : "" });
    was = { id, runs };
  };
}

function told({ state, error, text = "" } = {}) {
  const said = { failed: error?.message, stopped: "Stopped." }[state] ?? text;
  return `Answer: ${said.slice(0, HEARD)}`;
}

const HEARS = {
  keydown(event) {
    const isOpen = document.querySelector(":popover-open, dialog[open]");
    if (event.key === "Escape" && !isOpen && read().room) held.store.stop();
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    set({ wanted: "" });
    document.getElementById("play-palette")?.showPopover();
  },
  dragover(event) {
    if (!read().room || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    set({ dropping: event.type === "dragover", mode: "chat" });
    if (event.type === "drop") act.attach([...event.dataTransfer.files]);
  },
  drop: (event) => HEARS.dragover(event),
  dragleave: (event) => event.relatedTarget || set({ dropping: false }),
};

// Keys, and files that are dropped anywhere.
function listen() {
  for (const [name, hear] of Object.entries(HEARS)) window.addEventListener(name, hear);
  return () => {
    for (const [name, hear] of Object.entries(HEARS)) window.removeEventListener(name, hear);
  };
}

// Has the server write the request as a program, once the reader rests; it keeps nothing of it.
export function Program() {
  const body = usePlay("request");
  useEffect(() => {
    const ending = new AbortController();
    const timer = body && setTimeout(() => writeProgram(body, ending.signal), TYPED_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [body]);
  return null;
}

async function writeProgram(body, signal) {
  const headers = { "Content-Type": "application/json" };
  const sent = { method: "POST", headers, body, signal };
  const answer = await fetch("/api/program", sent).catch(() => null);
  if (answer?.ok) set({ code: await answer.text() });
}

// What a model writes; plain until what draws it has been fetched.
export function Markdown({ text }) {
  return (
    <Suspense fallback={<p className="play-text">{text}</p>}>
      <Drawn text={text} />
    </Suspense>
  );
}
