// An answer as it comes over the wire: events of a stream, and what each adds to the answer.

// Cuts text that arrives in any pieces into the data of its events. Lines may be megabytes long.
export class EventReader {
  #line = [];
  #data = [];

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
    return found;
  }
}

export const DONE = "[DONE]";
export const NEW_ANSWER = {
  text: "",
  reasoning: "",
  pictures: [],
  annotations: [],
  usage: null,
  finish: "",
  error: null,
  model: "",
};

// The answer with a chunk added to it; the answer that was given stays as it is.
export function withChunk(answer, chunk) {
  const choice = chunk.choices?.[0] ?? {};
  const said = choice.delta ?? choice.message ?? {};
  const next = { ...answer };
  if (typeof said.content === "string") next.text += said.content;
  const thought = said.reasoning ?? said.reasoning_content;
  if (typeof thought === "string") next.reasoning += thought;
  if (said.images?.length) next.pictures = [...next.pictures, ...picturesOf(said.images)];
  if (said.annotations?.length) next.annotations = [...next.annotations, ...said.annotations];
  if (typeof said.refusal === "string") next.text += said.refusal;
  if (choice.finish_reason) next.finish = choice.finish_reason;
  if (chunk.model) next.model = chunk.model;
  if (chunk.usage) next.usage = usageOf(chunk.usage);
  const error = chunk.error ?? choice.error;
  if (error) next.error = errorOf(error);
  return next;
}

export function usageOf(usage) {
  const cost = Number(usage.cost ?? NaN);
  const upstream = usage.is_byok ? Number(usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return {
    prompt: usage.prompt_tokens ?? 0,
    completion: usage.completion_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    total: usage.total_tokens ?? 0,
    cost: Number.isFinite(cost) ? cost + (upstream || 0) : null,
  };
}

export function errorOf(error) {
  const { code = 0, message = "The answer broke off.", type = "" } = error;
  return { code, message: String(message), type };
}

// What of an answer a conversation keeps; pictures are kept as files.
export function fieldsOf({
  text,
  reasoning,
  annotations,
  usage,
  finish,
  error,
  firstMs = null,
  totalMs = null,
}) {
  return { text, reasoning, annotations, usage, finish, error, firstMs, totalMs };
}

export const hasBegun = (answer) =>
  Boolean(answer.text || answer.reasoning || answer.pictures.length);

const PICTURE = /^data:(image\/(?:png|jpeg|webp|gif));base64,([A-Za-z0-9+/=]+)$/;

function picturesOf(images) {
  return images.map((image) => image?.image_url?.url ?? "").filter((url) => PICTURE.test(url));
}

// A picture's type and bytes, out of its data URL.
export function bytesOf(url) {
  const [, type, data] = PICTURE.exec(url);
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) bytes[place] = text.charCodeAt(place);
  return { type, bytes };
}
