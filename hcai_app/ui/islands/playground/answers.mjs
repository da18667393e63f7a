// Reading the API's answers, whole or as they come: text, pictures, tokens and cost, errors. No page
// in here, so that tests run it as it is.
const DONE = "[DONE]";
const PICTURE = /^data:(image\/(?:png|jpeg|webp|gif));base64,([A-Za-z0-9+/=]+)$/;
const LONGEST_WORD = 400;
const KEPT_OF_LONG = 60;
const LONGEST_LIST = 16;
const LONGEST_ANSWER = 60_000;

// Cuts text that arrives in any pieces into the data of its events. Lines may be megabytes long.
export class EventReader {
  #line = [];
  #data = [];
  isDone = false;

  push(text) {
    const found = [];
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#line.push(text.slice(start, end));
      const line = this.#line.join("").replace(/\r$/, "");
      this.#line = [];
      start = end + 1;
      if (line.startsWith("data:")) this.#data.push(line.slice(line[5] === " " ? 6 : 5));
      else if (line === "" && this.#data.length) found.push(this.#data.splice(0).join("\n"));
    }
    this.#line.push(text.slice(start));
    this.isDone ||= found.includes(DONE);
    return found;
  }
}

// What is known of an answer so far.
export function nothing() {
  const lists = { images: [], annotations: [], calls: [] };
  return {
    id: "",
    text: "",
    thoughts: "",
    note: "",
    finish: "",
    usage: null,
    error: null,
    ...lists,
  };
}

// What the next text of a stream brings, its end left out; `reader` is an EventReader.
export function piecesOf(reader, text) {
  const pieces = reader.push(text).filter((data) => data !== DONE);
  return pieces.map((data) => parsed(data) ?? {});
}

// Adds an event of a stream, or a whole answer, to what is known.
export function take(known, piece) {
  if (!piece || typeof piece !== "object") return known;
  const next = { ...known, images: [...known.images] };
  for (const read of [chat, responses, messages, data, account]) read(next, piece);
  next.id ||= piece.id ?? piece.response?.id ?? piece.message?.id ?? "";
  const usage = piece.usage ?? piece.response?.usage ?? piece.message?.usage;
  if (usage) next.usage = { ...next.usage, ...usage };
  const error = piece.error ?? piece.response?.error ?? piece.choices?.[0]?.error;
  if (error) next.error = error;
  // A picture from elsewhere would not be loaded (our policy), and would tell that place who looks.
  next.images = next.images.filter((source) => PICTURE.test(source));
  return next;
}

function chat(next, { choices }) {
  for (const choice of Array.isArray(choices) ? choices : []) {
    const part = choice.delta ?? choice.message ?? {};
    for (const text of [part.content, part.refusal])
      if (typeof text === "string") next.text += text;
    const thought = part.reasoning ?? part.reasoning_content;
    if (typeof thought === "string") next.thoughts += thought;
    if (part.tool_calls) next.note = "The model wants to call a tool: see the raw answer.";
    next.calls = (part.tool_calls ?? []).reduce(withCall, next.calls);
    for (const image of part.images ?? []) next.images.push(image.image_url?.url ?? "");
    if (part.annotations?.length) next.annotations = [...next.annotations, ...part.annotations];
    if (choice.finish_reason) next.finish = choice.finish_reason;
  }
}

// A call of a tool comes in pieces, too: its name first, then its arguments.
function withCall(calls, { index = calls.length, function: { name = "", arguments: text = "" } }) {
  const before = calls[index] ?? { name: "", text: "" };
  return Object.assign([...calls], {
    [index]: { name: before.name + name, text: before.text + text },
  });
}

function responses(next, { type, delta, output }) {
  if (type === "response.output_text.delta") next.text += delta;
  if (type?.startsWith?.("response.reasoning") && typeof delta === "string") next.thoughts += delta;
  for (const item of Array.isArray(output) ? output : []) {
    for (const part of item.content ?? []) next.text += part.text ?? "";
    if (item.type === "image_generation_call") next.images.push(pictureOf(item.result));
  }
}

function messages(next, { type, delta, content }) {
  if (type === "content_block_delta") {
    next.text += delta?.text ?? "";
    next.thoughts += delta?.thinking ?? "";
  }
  for (const part of type === "message" && Array.isArray(content) ? content : [])
    next.text += part.text ?? "";
}

function data(next, { data: items, results }) {
  const list = Array.isArray(items) ? items : [];
  for (const item of list) if (item.b64_json) next.images.push(pictureOf(item.b64_json));
  const vectors = list.filter((item) => item.embedding);
  if (vectors.length) next.note = vectorsNote(vectors);
  const models = list.filter((item) => item.architecture);
  if (models.length) next.note = models.length === 1 ? "One model." : `${models.length} models.`;
  if (Array.isArray(results)) next.note = moderationNote(results);
}

// What is told of the caller, of one call, or of one model.
function account(next, { totalRequests, totalTokens, data: told }) {
  if (typeof totalRequests === "number")
    next.note = `${grouped(totalRequests)} calls, ${grouped(totalTokens)} tokens.`;
  if (typeof told?.limit_remaining === "number")
    next.note = `$${told.limit_remaining.toFixed(4)} of $${told.limit.toFixed(2)} are left.`;
  if (typeof told?.total_cost === "number")
    next.note = `This call has cost ${dollars(told.total_cost)}.`;
  const companies = told?.endpoints?.length;
  if (companies)
    next.note = companies === 1 ? "One company runs it." : `${companies} companies run it.`;
}

const grouped = (count) => count.toLocaleString("en-US");

function pictureOf(base64) {
  return base64?.startsWith?.("data:") ? base64 : `data:image/png;base64,${base64}`;
}

function vectorsNote(vectors) {
  const many = vectors.length === 1 ? "One vector" : `${vectors.length} vectors`;
  const [{ embedding }] = vectors;
  return Array.isArray(embedding) ? `${many} of ${embedding.length} numbers.` : `${many}.`;
}

function moderationNote(results) {
  const flagged = results.flatMap(({ categories }) =>
    Object.keys(categories ?? {}).filter((name) => categories[name]),
  );
  const isFlagged = results.some((result) => result.flagged);
  if (!isFlagged) return "Not flagged.";
  return flagged.length ? `Flagged: ${[...new Set(flagged)].join(", ")}.` : "Flagged.";
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
export function hasBegun({ text, thoughts, images, note }) {
  return Boolean(text || thoughts || images.length || note);
}

export function tokensOf(usage) {
  if (!usage) return null;
  const sum =
    (usage.prompt_tokens ?? usage.input_tokens ?? 0) +
    (usage.completion_tokens ?? usage.output_tokens ?? 0);
  return usage.total_tokens ?? sum;
}

export function costOf(usage) {
  if (typeof usage?.cost !== "number") return null;
  const upstream = usage.is_byok ? (usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return usage.cost + upstream;
}

export function dollars(cost) {
  const digits = { maximumSignificantDigits: 3, minimumSignificantDigits: 1 };
  return new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", ...digits }).format(
    cost,
  );
}

// The error that an answer is or ends with; null when it has none. Its code tells the true status.
export function errorOf(known, status) {
  const { error } = known;
  if (error) {
    const code = Number.isInteger(error.code) ? error.code : status;
    return {
      status: code >= 400 ? code : 502,
      message: error.message ?? String(error),
      metadata: error.metadata,
    };
  }
  if (status < 400) return null;
  return { status, message: `The server answered with ${status} and no reason.`, metadata: null };
}

// When it works again, in milliseconds since the epoch; null when waiting changes nothing.
export function resetOf(error, headers, nowMs) {
  if (![402, 429, 503].includes(error.status)) return null;
  const told = Date.parse(error.metadata?.resets_at ?? "");
  if (told) return told;
  const wait = Number(headers.get("retry-after"));
  return wait > 0 ? nowMs + wait * 1000 : null;
}

// What is wrong with a body before it is sent; empty when nothing is.
export function problemOf(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return `This is not JSON yet${placeOf(error.message, text)}.`;
  }
  const isObject = body !== null && typeof body === "object" && !Array.isArray(body);
  return isObject ? "" : "The body has to be a JSON object: it begins with { and ends with }.";
}

// What is wrong with a path before it is asked for; empty when nothing is.
export function pathProblemOf(text) {
  const path = text.trim();
  if (!path.startsWith("/")) return "A path begins with a slash, like /models.";
  return path.endsWith("=")
    ? "Run another example first, or write the id of one of your calls behind the =."
    : "";
}

function placeOf(message, text) {
  const line = /line (\d+) column (\d+)/.exec(message);
  if (line) return `: look at line ${line[1]}, column ${line[2]}`;
  const position = /position (\d+)/.exec(message);
  if (!position) return /end of|unterminated/i.test(message) ? ": it ends too early" : "";
  const before = text.slice(0, Number(position[1])).split("\n");
  return `: look at line ${before.length}, column ${before.at(-1).length + 1}`;
}

// A raw answer to look at: JSON indented, and what is long in it (pictures, vectors) cut short.
export function readable(raw) {
  const text = indented(raw);
  return text.length > LONGEST_ANSWER ? `${text.slice(0, LONGEST_ANSWER)}\n… and more` : text;
}

// The beginning of a long answer that is still growing, which is quick to make.
export function beginning(raw) {
  return readable(raw.slice(0, LONGEST_ANSWER + 1));
}

function indented(raw) {
  const body = parsed(raw);
  return body === undefined ? raw.replace(/[^"\s]+/g, cut) : JSON.stringify(body, shortened, 2);
}

function shortened(_, value) {
  if (typeof value === "string") return value.includes(" ") ? value : cut(value);
  const isVector = Array.isArray(value) && value.every((one) => typeof one === "number");
  if (!isVector || value.length <= LONGEST_LIST) return value;
  return [...value.slice(0, 4), `… ${value.length - 4} more`];
}

function cut(word) {
  if (word.length <= LONGEST_WORD) return word;
  return `${word.slice(0, KEPT_OF_LONG)}… (${word.length} characters)`;
}

export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
