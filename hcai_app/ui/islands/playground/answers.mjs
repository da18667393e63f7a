// Reading the API's answers, whole or as they come: text, pictures, tokens and cost, errors. No page
// in here, so that tests run it as it is.
const DONE = "[DONE]";
const DATA = /^data: ?(.*)/gm;
const PICTURE = /^data:(image\/(?:png|jpeg|webp|gif));base64,([A-Za-z0-9+/=]+)$/;
const WAITS = [402, 429, 503];

// Cuts text that arrives in any pieces into the data of its events. Lines may be megabytes long, so
// that only what may end an event is looked at.
export class EventReader {
  #rest = "";
  isDone = false;

  // What the next text brings, the stream's end left out.
  push(text) {
    this.#rest += text;
    if (!text.includes("\n")) return [];
    const events = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = events.pop();
    const data = events.map(dataOf).filter(Boolean);
    this.isDone ||= data.includes(DONE);
    return data.filter((it) => it !== DONE).map((it) => parsed(it) ?? {});
  }
}

const dataOf = (event) => Array.from(event.matchAll(DATA), ([, data]) => data).join("\n");

// What is known of an answer so far; `body` is what came last.
export const nothing = () => ({
  id: "",
  body: null,
  text: "",
  reasoning: "",
  finish: "",
  usage: null,
  error: null,
  images: [],
  annotations: [],
  calls: [],
});

const listOf = (value) => (Array.isArray(value) ? value : []);
const words = (...all) => all.filter((it) => typeof it === "string").join("");
const asUrl = (base64) => (base64.startsWith("data:") ? base64 : `data:image/png;base64,${base64}`);

// Adds an event of a stream, or a whole answer, to what is known: of chat completions, responses,
// messages or drawn pictures.
export function take(known, piece) {
  if (!piece || typeof piece !== "object") return known;
  const { delta, output, type = "" } = piece;
  const about = piece.response ?? piece.message ?? piece;
  const choices = listOf(piece.choices);
  const parts = choices.map((it) => it.delta ?? it.message ?? {});
  const items = listOf(output);
  const blocks =
    type === "message" ? listOf(piece.content) : items.flatMap((it) => it.content ?? []);
  const isText = ["response.output_text.delta", "content_block_delta"].includes(type);
  const isThought = words(type).startsWith("response.reasoning");
  const usage = piece.usage ?? about.usage;
  const images = [
    ...parts.flatMap((it) => it.images ?? []).map((it) => it.image_url?.url),
    ...[...items.map((it) => it.result), ...listOf(piece.data).map((it) => it.b64_json)]
      .filter((it) => typeof it === "string")
      .map(asUrl),
  ];
  return {
    body: piece,
    id: known.id || (piece.id ?? about.id ?? ""),
    text: words(
      known.text,
      ...parts.flatMap((it) => [it.content, it.refusal]),
      ...(isText ? [delta, delta?.text] : []),
      ...blocks.map((it) => it.text),
    ),
    reasoning: words(
      known.reasoning,
      ...parts.map((it) => it.reasoning ?? it.reasoning_content),
      ...[isThought && delta, delta?.thinking],
    ),
    finish: parts.length ? (choices.at(-1).finish_reason ?? known.finish) : known.finish,
    usage: usage ? { ...known.usage, ...usage } : known.usage,
    error: piece.error ?? about.error ?? choices[0]?.error ?? known.error,
    // A picture from elsewhere would not be loaded (our policy), and would tell that place who looks.
    images: [...known.images, ...images.filter((source) => PICTURE.test(source))],
    annotations: [...known.annotations, ...parts.flatMap((it) => it.annotations ?? [])],
    calls: parts.flatMap((it) => it.tool_calls ?? []).reduce(withCall, known.calls),
  };
}

// A call of a tool comes in pieces, too: its name first, then its arguments.
function withCall(calls, { index = calls.length, function: { name = "", arguments: text = "" } }) {
  const before = calls[index] ?? { name: "", text: "" };
  return Object.assign([...calls], {
    [index]: { name: before.name + name, text: before.text + text },
  });
}

// The name of a call in the provider's books; empty for what has none there.
export function idOf(known, headers) {
  const id = headers.get("x-generation-id") ?? known.id;
  return String(id).startsWith("gen-") ? id : "";
}

// A picture's type and bytes, out of its data URL.
export function bytesOf(url) {
  const [, type, data] = PICTURE.exec(url);
  return { type, bytes: Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)) };
}

// A stream has begun once it brings something to read.
export const hasBegun = ({ text, reasoning, images, calls }) =>
  Boolean(text || reasoning || images.length || calls.length);

// What an answer took, whatever its dialect calls it.
export function usageOf(usage) {
  const prompt = usage.prompt_tokens ?? usage.input_tokens ?? 0;
  const completion = usage.completion_tokens ?? usage.output_tokens ?? 0;
  const upstream = usage.is_byok ? Number(usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return {
    prompt,
    completion,
    total: usage.total_tokens ?? prompt + completion,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    cost: typeof usage.cost === "number" ? usage.cost + upstream : null,
  };
}

// The error that an answer is or ends with; null when it has none. Its code tells the true status.
export function errorOf({ error }, status) {
  if (!error && status < 400) return null;
  const { code, message, metadata } = error ?? {};
  const told = Number.isInteger(code) ? code : status;
  const text = error ? String(error) : `The server answered with ${status} and no reason.`;
  return { status: told >= 400 ? told : 502, message: message ?? text, metadata };
}

// When it works again, in milliseconds since the epoch; null when waiting changes nothing.
export function resetOf({ status, metadata }, headers, nowMs) {
  if (!WAITS.includes(status)) return null;
  const waitMs = Number(headers.get("retry-after")) * 1000;
  return Date.parse(metadata?.resets_at ?? "") || (waitMs > 0 ? nowMs + waitMs : null);
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
