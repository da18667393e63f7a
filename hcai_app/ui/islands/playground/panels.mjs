// The run panels of the docs, by their names: each runs an example with the reader's account, the very
// request, edited or not. What is typed leaves the browser in that request only, and nothing is kept.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { call } from "./call.mjs";
import { revokeUrls } from "./files.mjs";
import { Observable } from "../observable.mjs";
import { beginning, problemOf, readable } from "./panel-words.mjs";

const CLOSED = { isOpen: false, edited: null, problem: "", run: null, isTurned: null };
const panels = new Observable({});
// What all panels of the page know: the id of the latest call made here, and that nobody is signed in.
const shared = new Observable({ latest: "", isRefused: false });
const endings = new Map();

const panelOf = (name) => panels.read()[name] ?? CLOSED;
const put = (name, change) => panels.set({ [name]: { ...panelOf(name), ...change } });
const focus = (name) =>
  requestAnimationFrame(() => document.getElementById(`${name}-body`)?.focus());

// A path that ends with `=` asks for a call: the latest one, where there is one.
const given = (endpoint, body) =>
  body || (endpoint.endsWith("=") ? endpoint + shared.read().latest : endpoint);

// What a panel shows. It ends its run when its page is left.
export function usePanel(name, endpoint, body) {
  const { isRefused } = useSyncExternalStore(shared.subscribe, shared.read, shared.read);
  const read = () => panelOf(name);
  const panel = useSyncExternalStore(panels.subscribe, read, read);
  const { run, edited, isTurned } = panel;
  const isRunning = run?.state === "running";
  const isThere = Boolean(run && (!isRunning || run.text));
  const hasResult = Boolean(run?.text || run?.images.length);
  const isRawOpen = isTurned ?? Boolean(run && !hasResult && !isRunning);
  const words = isRunning ? beginning : readable;
  const raw = useMemo(() => (run && isRawOpen ? words(run.raw) : ""), [run, isRawOpen]);
  useEffect(() => {
    if (isThere) document.getElementById(`${name}-result`)?.scrollIntoView({ block: "nearest" });
  }, [isThere]);
  useEffect(() => () => leave(name), []);
  const text = edited ?? given(endpoint, body);
  const isChanged = text !== given(endpoint, body);
  return { ...panel, isRefused, text, isChanged, isRawOpen, raw };
}

export const change = (name, edited) => put(name, { edited, problem: "" });
export const restore = (name) => change(name, null);
// A part that opens by itself has not been turned by anybody.
export const turnRaw = (name, isOpen, { currentTarget: { open } }) =>
  open !== isOpen && put(name, { isTurned: open });
export const stop = (name) => endings.get(name)?.abort();

function leave(name) {
  stop(name);
  put(name, CLOSED);
  revokeUrls();
}

export function toggle(name) {
  const { isOpen } = panelOf(name);
  if (isOpen) stop(name);
  else focus(name);
  put(name, { isOpen: !isOpen });
}

export function sendOnEnter(name, road, endpoint, body, event) {
  if (event.key !== "Enter" || (body && !event.ctrlKey && !event.metaKey)) return;
  event.preventDefault();
  send(name, road, endpoint, body);
}

// One run at a time; leaving the page, or stopping, ends it at the provider too.
export async function send(name, road, endpoint, body) {
  const text = panelOf(name).edited ?? given(endpoint, body);
  const path = road + (body ? endpoint : text.trim().replace(/^\/?/, "/"));
  const problem = body ? problemOf(text) : path.endsWith("=") && path;
  put(name, { isOpen: true, problem, isTurned: null });
  if (problem) return focus(name);
  stop(name);
  const ending = new AbortController();
  endings.set(name, ending);
  const show = (run) => endings.get(name) === ending && put(name, { run });
  const { signal } = ending;
  const run = await call(path, body && text, { signal, show });
  show(run);
  if (run.error?.code === 401) shared.set({ isRefused: true });
  if (run.id) shared.set({ latest: run.id });
}
