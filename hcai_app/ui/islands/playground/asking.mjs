// From a conversation to the end of its next answer: files are read, the call is made, and however it
// ends is told in words.
import { bytesOf } from "./answers.mjs";
import { call } from "./call.mjs";
import { chatBody, unseenNote } from "./request.mjs";

// Has a model answer. `onGrow` gets what there is each time that there is more; returned is all that
// is known in the end.
export async function answerTo(conversation, model, { table, blobOf, signal, onGrow }) {
  try {
    const body = await sentBody(conversation, model, table, blobOf);
    const show = (run) => onGrow(fieldsOf(run), run.known.images);
    const run = await call("/playground/v1/chat/completions", body, { signal, show });
    const state = run.isStopped ? "stopped" : run.error ? "failed" : "done";
    return { fields: { ...fieldsOf(run), state }, pictures: run.known.images };
  } catch (error) {
    const state = signal.aborted ? "stopped" : "failed";
    return { fields: { text: "", state, error: { message: error.message } }, pictures: [] };
  }
}

// What of an answer a conversation keeps; pictures are kept as files.
function fieldsOf({ known, error = null, firstMs, totalMs, help, requestId }) {
  const { text, thoughts: reasoning, annotations, calls, finish } = known;
  const told = error && { code: error.status, message: error.message, untilMs: error.untilMs ?? 0 };
  const usage = known.usage && usageOf(known.usage);
  return {
    text,
    reasoning,
    annotations,
    calls,
    finish,
    usage,
    error: told,
    firstMs,
    totalMs,
    help,
    requestId,
  };
}

export function usageOf(usage) {
  const upstream = usage.is_byok ? Number(usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return {
    prompt: usage.prompt_tokens ?? 0,
    completion: usage.completion_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    total: usage.total_tokens ?? 0,
    cost: typeof usage.cost === "number" ? usage.cost + upstream : null,
  };
}

// The body as it is sent: with the bytes of its files, and always as a stream, since only a stream
// ends at the provider when it is stopped here.
async function sentBody(conversation, model, table, blobOf) {
  const sent = new Map();
  const plan = chatBody(conversation, model, (file) => sent.set(file.id, file), table);
  if (plan.messages.at(-1)?.role !== "user") {
    const note = unseenNote(conversation.messages.at(-1)?.files, model);
    throw new Error(`${note} Choose a model that does, or write something.`.trim());
  }
  const urls = new Map();
  for (const file of sent.values()) urls.set(file.id, await dataUrl(file, await blobOf(file)));
  const body = chatBody(conversation, model, (file) => urls.get(file.id), table);
  return JSON.stringify({ ...body, stream: true });
}

async function dataUrl(file, blob) {
  if (!blob) throw new Error(`${file.name} is no longer kept here. Attach it again.`);
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () =>
      resolve(reader.result.replace(/^data:[^,]*,/, `data:${file.type};base64,`));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// A picture that was drawn, as a file with its bytes.
export function pictureOf(url, id) {
  const { type, bytes } = bytesOf(url);
  const name = `picture-${Date.now() % 1e6}.${type.slice(6)}`;
  return { file: { id, name, type, size: bytes.length }, blob: new Blob([bytes], { type }) };
}
