// The few parts that Python's components cannot be: what listens to the window, follows the newest
// message, counts down, and draws Markdown as soon as there is some.
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { StickToBottom, useStickToBottomContext } from "use-stick-to-bottom";
import { act, remember, remembered } from "./acts.mjs";
import { ofMode } from "./models.mjs";
import { leave, storeOf } from "./session.mjs";
import { openStorage } from "./storage.mjs";
import { Store } from "./store.mjs";
import { held, read, set, usePlay } from "./views.mjs";

const HEARD = 400;
const REST_MS = 3 * 60 * 60 * 1000;
const PAUSE_MS = 10 * 60 * 1000;
const Drawn = lazy(() => import("./markdown.jsx"));

// Opens the playground of whoever sits here, and closes it when somebody else does.
export function Playground({ owner, source, onSpent, ...given }) {
  const models = usePlay("models");
  const spent = useRef(onSpent);
  useEffect(() => {
    spent.current = onSpent;
    set({ given: { ...given, owner } });
  }, [owner, onSpent]);
  useEffect(() => {
    if (owner) act.loadModels(source);
    else leave();
  }, [owner, source]);
  useEffect(() => {
    if (!owner || !models.length) return undefined;
    let close = () => {};
    let isGone = false;
    const chatModels = ofMode(models, "chat");
    storeOf(owner, () => openStore(owner, chatModels, given.table)).then((store) => {
      if (isGone) return;
      held.store = Object.assign(store, { models: chatModels, onSpent: () => spent.current() });
      const follow = shownFrom(store);
      close = store.subscribe(follow);
      act.openAsked();
      act.loadPrompts();
      follow();
      set({ language: remembered("hcai-language", "curl") });
    });
    return () => {
      isGone = true;
      close();
      for (const url of Object.values(read().urls)) URL.revokeObjectURL(url);
      set({ room: null, urls: {} });
    };
  }, [owner, models]);
  useEffect(listen, []);
  return null;
}

async function openStore(owner, models, table) {
  const store = new Store({ storage: await openStorage(owner), models, table });
  await store.load();
  window.addEventListener("pagehide", () => store.part());
  return store;
}

// Passes on what the store shows, and says once what those who hear the page should know.
function shownFrom(store) {
  let was = { id: "", isRunning: false };
  return () => {
    const room = store.read();
    const { id, messages } = room.conversation;
    const isRunning = room.running.includes(id);
    let { spoken } = read();
    if (id !== was.id) spoken = "";
    else if (isRunning && !was.isRunning) spoken = "Answering …";
    else if (!isRunning && was.isRunning) spoken = told(messages.at(-1));
    was = { id, isRunning };
    set({ room, spoken });
  };
}

function told({ state, error, text } = {}) {
  const said = { failed: error?.message, stopped: "Stopped." }[state] ?? text ?? "";
  return `Answer: ${said.slice(0, HEARD)}`;
}

// Keys, files that are dropped anywhere, and the time that somebody has sat here.
function listen() {
  const keydown = (event) => {
    const isOpen = document.querySelector(":popover-open, dialog[open]");
    if (event.key === "Escape" && !isOpen && read().room) held.store.stop();
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    set({ wanted: "" });
    document.getElementById("play-palette")?.showPopover();
    document.getElementById("play-wanted")?.focus();
  };
  const drag = (event) => {
    if (!read().room || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    set({ dropping: event.type === "dragover", mode: "chat" });
    if (event.type === "drop") act.attach([...event.dataTransfer.files]);
  };
  const dragleave = (event) => event.relatedTarget || set({ dropping: false });
  const rest = setInterval(noteTime, 60_000);
  const heard = Object.entries({ keydown, dragover: drag, drop: drag, dragleave });
  for (const [name, hear] of heard) window.addEventListener(name, hear);
  return () => {
    clearInterval(rest);
    for (const [name, hear] of heard) window.removeEventListener(name, hear);
  };
}

// Whoever has not been away for ten minutes in three hours is asked to be.
function noteTime() {
  const [begun, seen] = ["hcai-begun", "hcai-seen"].map((name) => Number(remembered(name, 0)));
  const now = Date.now();
  const isNew = !begun || now - seen > PAUSE_MS;
  if (isNew) remember("hcai-begun", now);
  if (!document.hidden) remember("hcai-seen", now);
  set({ resting: !isNew && now - begun > REST_MS });
}

// A box that follows its newest content until the reader scrolls up; `of` is what it is about.
export function Follow({ of, newest, children }) {
  return (
    <StickToBottom className="play-talk" initial="instant" resize="instant">
      <Scrolled of={of} newest={newest}>
        {children}
      </Scrolled>
    </StickToBottom>
  );
}

function Scrolled({ of, newest, children }) {
  const { isAtBottom, scrollToBottom } = useStickToBottomContext();
  useEffect(() => {
    scrollToBottom("instant");
  }, [of]);
  const spoken = { role: "log", "aria-live": "off", "aria-label": "Conversation" };
  return (
    <>
      <StickToBottom.Content className="play-messages" scrollClassName="play-scroll" {...spoken}>
        {children}
      </StickToBottom.Content>
      {!isAtBottom && (
        <button type="button" className="play-jump" onClick={() => scrollToBottom("instant")}>
          {newest}
        </button>
      )}
    </>
  );
}

// The reader's own clock until something works again.
export function Until({ ms, onOver }) {
  const [now, setNow] = useState(() => Date.now());
  const left = Math.ceil((ms - now) / 1000);
  useEffect(() => {
    if (left <= 0) onOver?.();
    const timer = left > 0 && setTimeout(() => setNow(Date.now()), 1000);
    return () => clearTimeout(timer);
  }, [now, ms]);
  if (left <= 0) return null;
  const two = (number) => String(Math.floor(number) % 60).padStart(2, "0");
  const hours = left >= 3600 ? `${Math.floor(left / 3600)}:` : "";
  const clock = new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <p>
      Open again at <b>{clock}</b>, in{" "}
      <span className="num" role="timer" aria-live="off">
        {`${hours}${two(left / 60)}:${two(left)}`}
      </span>
      .
    </p>
  );
}

// What a model writes; plain until what draws it has been fetched.
export function Markdown({ text }) {
  return (
    <Suspense fallback={<p className="play-text">{text}</p>}>
      <Drawn text={text} />
    </Suspense>
  );
}

export function SharedReader() {
  useEffect(() => {
    act.readShared();
    window.addEventListener("hashchange", act.readShared);
    return () => window.removeEventListener("hashchange", act.readShared);
  }, []);
  return null;
}
