// Runs an example with the reader's account: the very request, edited or not, and what comes back.
// What is typed leaves the browser in that request only, and nothing of it is kept.
import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";
import Play from "lucide-react/dist/esm/icons/play.mjs";
import Stop from "lucide-react/dist/esm/icons/square.mjs";
import Warning from "lucide-react/dist/esm/icons/triangle-alert.mjs";
import { LocalTime } from "./time.jsx";
import * as answers from "./answers.mjs";

const MOST_LINES = 22;
const NOBODY = "nobody";
const SOMEBODY = "somebody";

// What all panels of the page know together; told to each of them when it changes.
function shared(value) {
  const readers = new Set();
  const set = (next) => {
    value = next;
    readers.forEach((reader) => reader());
  };
  const listen = (reader) => {
    readers.add(reader);
    return () => readers.delete(reader);
  };
  return {
    set,
    use: () =>
      useSyncExternalStore(
        listen,
        () => value,
        () => "",
      ),
  };
}

const visitor = shared("");
// The id of the latest call that was made here.
const latest = shared("");

// Tells every panel of the page whether somebody is signed in, as far as the server has told.
export function Visitor({ known, signedIn }) {
  useEffect(() => visitor.set(known ? (signedIn ? SOMEBODY : NOBODY) : ""), [known, signedIn]);
  return null;
}

export function signInTo(place) {
  return `/auth/login?to=${encodeURIComponent(`/docs#${place}`)}`;
}

// What is sent is a body or, without one, the path that is asked; `guarded`: somebody must be signed in.
export function TryIt({ name, title, road, endpoint, body, guarded, place, simulated, loud }) {
  const who = visitor.use();
  const last = latest.use();
  const [isOpen, setIsOpen] = useState(false);
  const [edited, setEdited] = useState(null);
  const [problem, setProblem] = useState("");
  const [run, start, stop] = useRun(road);
  const field = useRef(null);
  // A path that ends with `=` asks for a call: the latest one, where there is one.
  const given = body || (endpoint.endsWith("=") ? endpoint + last : endpoint);
  const text = edited ?? given;
  const send = () => {
    setIsOpen(true);
    const found = body ? answers.problemOf(text) : answers.pathProblemOf(text);
    setProblem(found);
    if (found) requestAnimationFrame(() => field.current?.focus());
    else if (body) start(endpoint, text);
    else start(text.trim());
  };
  const change = (next) => {
    setEdited(next);
    setProblem("");
  };
  const toggle = () => {
    if (isOpen) stop();
    else requestAnimationFrame(() => field.current?.focus());
    setIsOpen(!isOpen);
  };
  const isSignedOut = guarded && (who === NOBODY || run?.error?.status === 401);
  return h(
    "div",
    { className: "try-it", role: "group", "aria-label": `Try it: ${title}` },
    h(
      "div",
      { className: "try-bar" },
      isSignedOut
        ? h("a", { className: "button small quiet", href: signInTo(place) }, "Sign in to run it")
        : h(RunButton, {
            run,
            isLoud: loud && who === SOMEBODY,
            isOpen,
            onRun: send,
            onStop: stop,
          }),
      !isSignedOut &&
        h(
          "button",
          {
            type: "button",
            className: "small-button",
            "aria-expanded": isOpen,
            "aria-controls": `${name}-try`,
            onClick: toggle,
          },
          isOpen ? "Close" : "Edit first",
        ),
      h(
        "span",
        { className: "try-endpoint mono" },
        body ? "POST " : "GET ",
        endpoint.split("?")[0],
      ),
    ),
    h("p", { className: "heard", role: "status" }, spoken(run)),
    isOpen &&
      h(
        "div",
        { id: `${name}-try`, className: "try-panel" },
        h(Editor, {
          name,
          field,
          text,
          isPath: !body,
          isChanged: edited !== null && edited !== given,
          change,
          problem,
          onSend: send,
        }),
        run && h(Result, { run, simulated, place }),
      ),
  );
}

function RunButton({ run, isLoud, isOpen, onRun, onStop }) {
  const isRunning = run?.isRunning;
  const words = isRunning ? "Stop" : run ? "Run again" : isOpen ? "Run" : "Run it";
  return h(
    "button",
    {
      type: "button",
      className: `button small${isLoud && !isRunning ? "" : " quiet"}`,
      onClick: isRunning ? onStop : onRun,
    },
    h(isRunning ? Stop : Play, { size: 14, "aria-hidden": true, fill: "currentColor" }),
    words,
  );
}

function Editor({ name, field, text, isPath, isChanged, change, problem, onSend }) {
  const lines = Math.min(MOST_LINES, text.split("\n").length);
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || !(isPath || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSend();
  };
  return h(
    "div",
    { className: "try-editor" },
    h(
      "div",
      { className: "try-editor-head" },
      h("label", { htmlFor: `${name}-body` }, isPath ? "What is asked for" : "What is sent"),
      isChanged &&
        h(
          "button",
          { type: "button", className: "small-button", onClick: () => change(null) },
          "As it was",
        ),
    ),
    h(isPath ? "input" : "textarea", {
      id: `${name}-body`,
      ref: field,
      className: "try-body",
      ...(isPath ? { type: "text" } : { rows: lines, wrap: "off" }),
      value: text,
      spellCheck: false,
      autoComplete: "off",
      autoCapitalize: "off",
      "aria-invalid": problem ? true : undefined,
      "aria-describedby": problem ? `${name}-problem` : undefined,
      onKeyDown,
      onChange: (event) => change(event.target.value),
    }),
    problem &&
      h(
        "p",
        { id: `${name}-problem`, className: "try-problem", role: "alert" },
        h(Warning, { size: 16, "aria-hidden": true }),
        problem,
      ),
  );
}

function Result({ run, simulated, place }) {
  const { known, error } = run;
  const box = useRef(null);
  const isThere = !run.isRunning || Boolean(known.text);
  useEffect(() => {
    if (isThere) box.current.scrollIntoView({ block: "nearest" });
  }, [isThere]);
  return h(
    "div",
    { ref: box, className: "try-result" },
    h(Figures, { run, simulated }),
    error && h(Refusal, { error, place }),
    known.note && h("p", { className: "try-note" }, known.note),
    known.text && h("p", { className: "try-text" }, known.text),
    known.images.map((source, number) =>
      h("img", {
        key: number,
        className: "try-image",
        src: source,
        alt: `Picture ${number + 1} of the answer`,
      }),
    ),
    run.raw && h(RawAnswer, { run, startsOpen: !known.text && !known.images.length }),
  );
}

// What is long takes a while to be made readable: only what is looked at is, and while it grows only
// its beginning.
function RawAnswer({ run, startsOpen }) {
  const [isTurned, setIsTurned] = useState(null);
  const isOpen = isTurned ?? (startsOpen && !run.isRunning);
  const turn = (event) => {
    if (event.currentTarget.open !== isOpen) setIsTurned(event.currentTarget.open);
  };
  return h(
    "details",
    { className: "try-raw", open: isOpen, onToggle: turn },
    h("summary", null, "Raw answer"),
    isOpen &&
      h(
        "pre",
        { className: "code", tabIndex: 0, role: "region", "aria-label": "Raw answer" },
        h("code", null, run.isRunning ? answers.beginning(run.raw) : answers.readable(run.raw)),
      ),
  );
}

function Figures({ run, simulated }) {
  const { known, status, firstMs, totalMs, isStream } = run;
  const tokens = answers.tokensOf(known.usage);
  const cost = answers.costOf(known.usage);
  const facts = [
    ["Status", status ? String(run.error?.status ?? status) : "…"],
    [isStream ? "First token" : "Answer", firstMs === null ? "…" : `${Math.round(firstMs)} ms`],
    isStream && totalMs !== null ? ["Whole answer", `${Math.round(totalMs)} ms`] : null,
    tokens === null ? null : ["Tokens", tokens.toLocaleString("en-US")],
    cost === null ? null : ["Cost", answers.dollars(cost)],
  ];
  return h(
    "div",
    { className: "try-figures" },
    h(
      "dl",
      null,
      facts
        .filter(Boolean)
        .map(([label, value]) =>
          h("div", { key: label }, h("dt", null, label), h("dd", { className: "num" }, value)),
        ),
    ),
    run.isStopped && h("span", { className: "pill" }, "stopped"),
    simulated && !run.error && h("span", { className: "pill" }, "simulated"),
  );
}

function Refusal({ error, place }) {
  return h(
    "div",
    { className: "problem", role: "alert" },
    h(Warning, { size: 20, "aria-hidden": true }),
    h(
      "p",
      null,
      error.message,
      error.resetMs &&
        h(
          "span",
          { className: "try-reset" },
          " It works again at ",
          h(LocalTime, { ms: error.resetMs, form: "short" }),
          ".",
        ),
      error.status === 401 &&
        h("span", null, " ", h("a", { href: signInTo(place) }, "Sign in"), "."),
    ),
  );
}

function spoken(run) {
  if (!run) return "";
  if (run.isRunning) return run.firstMs === null ? "Sent." : "The answer is coming.";
  if (run.error) return "";
  const tokens = answers.tokensOf(run.known.usage);
  const end = run.isStopped ? "Stopped." : "The answer is here.";
  return tokens === null ? end : `${end} ${tokens} tokens.`;
}

// One run at a time; leaving the page, or stopping, ends it at the provider too.
function useRun(road) {
  const [run, setRun] = useState(null);
  const leaving = useRef(null);
  const stop = () => leaving.current?.abort();
  useEffect(() => stop, []);
  const start = async (path, body) => {
    stop();
    const own = new AbortController();
    leaving.current = own;
    const show = (known) => leaving.current === own && setRun(known);
    const frames = onceAFrame(show);
    const told = await ask(road + path, body, own.signal, frames.show);
    frames.end();
    if (told.error?.status === 401) visitor.set(NOBODY);
    if (told.id) latest.set(told.id);
    show(told);
  };
  return [run, start, stop];
}

// An answer comes in many more pieces than a screen can show.
function onceAFrame(show) {
  let frame = 0;
  let next;
  const draw = () => {
    frame = 0;
    show(next);
  };
  return {
    show: (given) => {
      next = given;
      frame ||= requestAnimationFrame(draw);
    },
    end: () => cancelAnimationFrame(frame),
  };
}

async function ask(address, body, signal, show) {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  let run = {
    isRunning: true,
    isStopped: false,
    isStream: false,
    status: 0,
    firstMs: null,
    totalMs: null,
    known: answers.nothing(),
    id: "",
    raw: "",
    error: null,
  };
  const update = (change) => {
    run = { ...run, ...change };
    show(run);
  };
  update({});
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(
      address,
      body ? { method: "POST", headers, body, signal } : { signal },
    );
    const isStream = (answer.headers.get("content-type") ?? "").includes("text/event-stream");
    update({ status: answer.status, isStream });
    for await (const [raw, known] of isStream ? streamed(answer) : whole(answer)) {
      const isFirst = run.firstMs === null && (!isStream || answers.hasBegun(known));
      const id = body ? answers.idOf(known, answer.headers) : "";
      update({ raw, known, id, firstMs: isFirst ? since() : run.firstMs });
    }
    const error = answers.errorOf(run.known, answer.status);
    const resetMs = error && answers.resetOf(error, answer.headers, Date.now());
    return { ...run, isRunning: false, totalMs: since(), error: error && { ...error, resetMs } };
  } catch {
    if (signal.aborted) return { ...run, isRunning: false, isStopped: true, totalMs: since() };
    const message = navigator.onLine
      ? "The answer broke off. Try again in a moment."
      : "You are offline. Try again when you are back.";
    return {
      ...run,
      isRunning: false,
      totalMs: since(),
      error: { status: 0, message, resetMs: null },
    };
  }
}

async function* texts(answer) {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

async function* streamed(answer) {
  const events = new answers.EventReader();
  let known = answers.nothing();
  let raw = "";
  for await (const text of texts(answer)) {
    raw += text;
    known = answers.piecesOf(events, text).reduce(answers.take, known);
    yield [raw, known];
  }
}

async function* whole(answer) {
  const raw = (await answer.text()).trim();
  let body = null;
  try {
    body = JSON.parse(raw);
  } catch {
    // Shown as it is.
  }
  yield [raw, answers.take(answers.nothing(), body)];
}
