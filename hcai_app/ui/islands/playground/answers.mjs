// Reading the API's answers, whole or as they come: text, pictures, tokens and cost, errors. No page
// in here, so that tests run it as it is.
import { drawn } from "./files.mjs";

const DATA = /^data: ?(.*)/gm;
const WAITS = [402, 429, 503];

// Cuts text that arrives in any pieces into events, and reads what they hold. Lines may be megabytes
// long, so that only what may end an event is looked at.
export class EventReader {
  #rest = "";

  push(text) {
    this.#rest += text;
    if (!text.includes("\n")) return [];
    const events = this.#rest.split(/\r?\n\r?\n/);
    this.#rest = events.pop();
    return events.map((it) => parsed(dataOf(it))).filter(Boolean);
  }
}

const dataOf = (event) => Array.from(event.matchAll(DATA), ([, data]) => data).join("\n");

// What is known of an answer before anything has come.
export const NOTHING = { text: "", reasoning: "", images: [], annotations: [], calls: [] };

const listOf = (value) => (Array.isArray(value) ? value : []);
const words = (...all) => all.filter((it) => typeof it === "string").join("");

// Adds an event of a stream, or a whole answer, to what is known: of chat completions, responses,
// messages or drawn pictures. `body` is what came last, `id` the call's name in the provider's books.
export function take(known, piece) {
  if (!piece || typeof piece !== "object") return known;
  const { delta } = piece;
  const type = words(piece.type);
  const about = piece.response ?? piece.message ?? piece;
  const usage = piece.usage ?? about.usage;
  const choices = listOf(piece.choices);
  const parts = choices.map((it) => it.delta ?? it.message ?? {});
  const items = listOf(piece.output);
  const blocks = [piece, ...items].flatMap((it) => listOf(it.content));
  const said = parts.flatMap((it) => [it.content, it.refusal]);
  const thought = parts.map((it) => it.reasoning ?? it.reasoning_content);
  const pictures = [
    ...parts.flatMap((it) => it.images ?? []).map((it) => it.image_url?.url),
    ...items.map((it) => it.result),
    ...listOf(piece.data).map((it) => it.b64_json),
  ];
  if (type === "response.output_text.delta") said.push(delta);
  if (type.startsWith("response.reasoning")) thought.push(delta);
  return {
    ...known,
    body: piece,
    id: [known.id, piece.id, about.id].find((it) => String(it).startsWith("gen-")) ?? "",
    text: words(known.text, ...said, delta?.text, ...blocks.map((it) => it.text)),
    reasoning: words(known.reasoning, ...thought, delta?.thinking),
    finish: choices.at(-1)?.finish_reason ?? known.finish,
    usage: usage ? usageOf(usage, known.usage) : known.usage,
    error: piece.error ?? about.error ?? choices[0]?.error ?? known.error,
    images: [...known.images, ...pictures.flatMap(drawn)],
    annotations: [...known.annotations, ...parts.flatMap((it) => it.annotations ?? [])],
    calls: parts.flatMap((it) => it.tool_calls ?? []).reduce(withCall, known.calls),
  };
}

// A call of a tool comes in pieces, too: its name first, then its arguments.
function withCall(calls, { index = calls.length, function: piece }) {
  const { name, text } = calls[index] ?? {};
  const call = { name: words(name, piece?.name), text: words(text, piece?.arguments) };
  return Object.assign([...calls], { [index]: call });
}

// What an answer took, whatever its dialect calls it, and whether it tells all of it at once.
function usageOf(usage, before) {
  const prompt = usage.prompt_tokens ?? usage.input_tokens ?? before?.prompt ?? 0;
  const completion = usage.completion_tokens ?? usage.output_tokens ?? before?.completion ?? 0;
  const upstream = usage.is_byok ? Number(usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return {
    prompt,
    completion,
    total: usage.total_tokens ?? prompt + completion,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? before?.reasoning ?? 0,
    cost: typeof usage.cost === "number" ? usage.cost + upstream : (before?.cost ?? null),
  };
}

// The error that an answer is or ends with; null when it has none. Its code tells the true status,
// `untilMs` when it works again: 0 when waiting changes nothing.
export function failureOf({ error }, { status, headers }, nowMs = Date.now()) {
  if (!error && status < 400) return null;
  const told = Number.isInteger(error?.code) ? error.code : status;
  const code = told >= 400 ? told : 502;
  const text = error ? String(error) : `The server answered with ${status} and no reason.`;
  const waitMs = Math.max(0, Number(headers.get("retry-after")) * 1000);
  const resetMs = Date.parse(error?.metadata?.resets_at ?? "") || (waitMs && nowMs + waitMs);
  return { code, message: error?.message ?? text, untilMs: WAITS.includes(code) ? resetMs : 0 };
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
