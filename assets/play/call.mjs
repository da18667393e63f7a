// One call to the playground's own road: same origin, the session's cookie, an answer that may stream.
import { DONE, EventReader, NEW_ANSWER, errorOf, hasBegun, withChunk } from "./stream.mjs";

const ROAD = "/playground/v1/";
const OFFLINE = "You are offline. Nothing was sent; try again when you are back.";
const SILENT = "The server did not answer. Try again in a moment.";
const TOO_LARGE = "The server did not take a request of this size. Send fewer or smaller files.";
const BROKEN_OFF =
  "The connection broke before the answer ended. What it cost is settled all the same.";
const LARGE_BYTES = 8 * 1024 ** 2;

// A refusal or a failure, as the API tells it; `untilMs` is when another try makes sense, if known.
export class CallError extends Error {
  constructor({ code = 0, message, type = "", untilMs = 0 }) {
    super(message);
    this.code = code;
    this.type = type;
    this.untilMs = untilMs;
  }

  get told() {
    return { code: this.code, message: this.message, type: this.type, untilMs: this.untilMs };
  }
}

// Asks and returns the whole answer's JSON, with how long it took.
export async function ask(endpoint, body, signal) {
  const began = performance.now();
  const answer = await post(endpoint, body, signal);
  const told = await readJson(answer);
  return { told, totalMs: performance.now() - began };
}

// Asks for an answer in a conversation; `onChange` gets it each time that there is more of it.
export async function converse(body, signal, onChange) {
  const began = performance.now();
  const response = await post("chat/completions", body, signal);
  const type = response.headers.get("content-type") ?? "";
  let answer = NEW_ANSWER;
  let firstMs = null;
  const add = (chunk) => {
    answer = withChunk(answer, chunk);
    if (firstMs === null && hasBegun(answer)) firstMs = performance.now() - began;
    onChange({ ...answer, firstMs });
  };
  if (type.includes("event-stream")) await readEvents(response, add, signal);
  else add(await readJson(response));
  return { ...answer, firstMs, totalMs: performance.now() - began };
}

async function post(endpoint, body, signal) {
  const text = JSON.stringify(body);
  let response;
  try {
    response = await fetch(ROAD + endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: text,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    // A server that refuses a large body may hang up before the browser reads why.
    const message = !navigator.onLine ? OFFLINE : text.length > LARGE_BYTES ? TOO_LARGE : SILENT;
    throw new CallError({ message });
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response) {
  const { status } = response;
  let told = {};
  try {
    told = (await response.json()).error ?? {};
  } catch {
    // Not our words: whoever stands between us and the server said something.
  }
  const { message = `The server refused with status ${status}.`, type = "" } = told;
  return new CallError({ code: status, message, type, untilMs: untilOf(response, told) });
}

function untilOf(response, told) {
  const resets = Date.parse(told.metadata?.resets_at ?? "");
  if (Number.isFinite(resets)) return resets;
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? Date.now() + seconds * 1000 : 0;
}

// A JSON answer that took long begins with white space, and may then be an error after all.
async function readJson(response) {
  const told = await response.json().catch(() => {
    throw new CallError({ message: BROKEN_OFF });
  });
  if (told.error && !told.choices) throw new CallError(errorOf(told.error));
  return told;
}

async function readEvents(response, add, signal) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const read = () =>
    reader.read().catch((error) => {
      if (signal?.aborted) throw error;
      return { done: true };
    });
  const events = new EventReader();
  let isDone = false;
  for (;;) {
    const { done, value } = await read();
    if (done) break;
    for (const data of events.push(value)) {
      if (data === DONE) isDone = true;
      else add(JSON.parse(data));
    }
  }
  if (!isDone) add({ error: { message: BROKEN_OFF } });
}
