// One call: same origin, the session's cookie, an answer that may stream. The playground and the
// panels of the docs ask in the same way.
import * as answers from "./answers.mjs";

const OFFLINE = "You are offline. Nothing was sent; try again when you are back.";
const SILENT = "The server did not answer. Try again in a moment.";
const TOO_LARGE = "The server did not take a request of this size. Send fewer or smaller files.";
const BROKEN_OFF =
  "The connection broke before the answer ended. What it cost is settled all the same.";
const HAS_END = /\/(chat\/completions|conversation)$/; // its stream ends with a word of its own
const END = "[DONE]";
const FRAME_MS = 32;
const LARGE_CHARACTERS = 8 * 1024 ** 2;

// Asks, and returns all that is known in the end; `show` gets what there is each time that there is
// more. Without a body the path is only read.
export async function call(path, body, { signal, show = () => {} } = {}) {
  const begun = performance.now();
  const since = () => performance.now() - begun;
  let run = { ...answers.NOTHING, state: "running", status: 0, firstMs: null, raw: "" };
  let timer;
  // Answers grow faster than a screen is drawn.
  const tell = () => {
    timer = undefined;
    show(run);
  };
  const update = (change, pieces = []) => {
    run = pieces.reduce(answers.take, { ...run, ...change });
    const { text, reasoning, images, calls } = run;
    if (text || reasoning || images.length || calls.length) run.firstMs ??= since();
    timer ??= setTimeout(tell, FRAME_MS);
  };
  const ended = (state, error = null) => {
    clearTimeout(timer);
    return { ...run, state, error, totalMs: since() };
  };
  show(run);
  try {
    const headers = { "Content-Type": "application/json" };
    const sent = body ? { method: "POST", headers, body } : {};
    const response = await fetch(path, { signal, ...sent });
    update(headOf(response));
    const { isStream } = run;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new answers.EventReader();
    for (let it = await reader.read(); !it.done; it = await reader.read())
      update({ raw: run.raw + it.value }, isStream ? events.push(it.value) : []);
    if (!isStream) update({ firstMs: since() }, [answers.parsed(run.raw)]);
    const isDone = !HAS_END.test(path) || run.raw.trimEnd().endsWith(END);
    const isWhole = isStream ? isDone : run.body || !response.ok;
    if (!isWhole && !run.error) throw new TypeError("it has no end");
    const error = answers.failureOf(run, response);
    return ended(error ? "failed" : "done", error);
  } catch {
    if (signal?.aborted) return ended("stopped");
    return ended("failed", { code: 0, message: reason(run, body) });
  }
}

function headOf({ status, headers }) {
  const header = (name) => headers.get(name) ?? "";
  const isStream = header("content-type").includes("event-stream");
  const [id, requestId] = [header("x-generation-id"), header("x-request-id")];
  return { status, isStream, id, requestId, help: Boolean(header("x-hcai-help")) };
}

// A server that refuses a large body may hang up before the browser reads why.
function reason({ status }, body) {
  if (status) return BROKEN_OFF;
  if (!navigator.onLine) return OFFLINE;
  return body?.length > LARGE_CHARACTERS ? TOO_LARGE : SILENT;
}
