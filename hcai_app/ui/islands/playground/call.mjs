// One call: same origin, the session's cookie, an answer that may stream. The playground and the
// panels of the docs ask in the same way.
import * as answers from "./answers.mjs";

const OFFLINE = "You are offline. Nothing was sent; try again when you are back.";
const SILENT = "The server did not answer. Try again in a moment.";
const TOO_LARGE = "The server did not take a request of this size. Send fewer or smaller files.";
const BROKEN_OFF =
  "The connection broke before the answer ended. What it cost is settled all the same.";
const FRAME_MS = 32;
const LARGE_CHARACTERS = 8 * 1024 ** 2;
const BEGUN = {
  isRunning: true,
  isStopped: false,
  isStream: false,
  status: 0,
  help: false,
  error: null,
  requestId: "",
  firstMs: null,
  totalMs: null,
  id: "",
  raw: "",
};

// Asks, and returns all that is known in the end; `show` gets what there is each time that there is
// more. Without a body the path is only read.
export async function call(path, body, { signal, show = () => {}, isRaw = false } = {}) {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  let run = { ...BEGUN, known: answers.nothing() };
  let timer;
  // Answers grow faster than a screen is drawn.
  const tell = () => {
    timer = undefined;
    show(run);
  };
  const update = (change) => {
    run = { ...run, ...change };
    timer ??= setTimeout(tell, FRAME_MS);
  };
  const ended = (change) => {
    clearTimeout(timer);
    return { ...run, isRunning: false, totalMs: since(), ...change };
  };
  show(run);
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(path, {
      signal,
      ...(body ? { method: "POST", headers, body } : {}),
    });
    const header = (name) => response.headers.get(name) ?? "";
    const isStream = header("content-type").includes("event-stream");
    const about = { help: Boolean(header("x-hcai-help")), requestId: header("x-request-id") };
    update({ status: response.status, isStream, ...about });
    for await (const [text, known] of isStream ? streamed(response, path) : whole(response)) {
      const isFirst = run.firstMs === null && (!isStream || answers.hasBegun(known));
      const id = body ? answers.idOf(known, response.headers) : "";
      const raw = isRaw ? run.raw + text : "";
      update({ raw, known, id, firstMs: isFirst ? since() : run.firstMs });
    }
    return ended({ error: failureOf(run.known, response) });
  } catch {
    if (signal?.aborted) return ended({ isStopped: true });
    return ended({ error: { status: 0, message: reason(run, body) } });
  }
}

function failureOf(known, response) {
  const error = answers.errorOf(known, response.status);
  return error && { ...error, untilMs: answers.resetOf(error, response.headers, Date.now()) };
}

// A server that refuses a large body may hang up before the browser reads why.
function reason({ status }, body) {
  if (status) return BROKEN_OFF;
  if (!navigator.onLine) return OFFLINE;
  return body?.length > LARGE_CHARACTERS ? TOO_LARGE : SILENT;
}

async function* streamed(response, path) {
  const needsEnd = /\/(chat\/completions|conversation)$/.test(path);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const events = new answers.EventReader();
  let known = answers.nothing();
  for (;;) {
    const { done, value } = await reader.read();
    if (done && needsEnd && !events.isDone && !known.error) throw new TypeError("it has no end");
    if (done) return;
    known = events.push(value).reduce(answers.take, known);
    yield [value, known];
  }
}

async function* whole(response) {
  const raw = (await response.text()).trim();
  const body = answers.parsed(raw);
  if (body === undefined && response.ok) throw new TypeError("it has no end");
  yield [raw, answers.take(answers.nothing(), body)];
}
