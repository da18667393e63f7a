// From a conversation to the end of its next answer: files are read, the call is made, and however it
// ends is told in words.
import { bytesOf, usageOf } from "./answers.mjs";
import { call } from "./call.mjs";
import { chatBody, unseenNote } from "./request.mjs";

// Has a model answer. `grow` gets what there is each time that there is more; returned is all that
// is known in the end.
export async function answerTo(conversation, model, { table, blobOf, signal, grow }) {
  try {
    const body = await sentBody(conversation, model, table, blobOf);
    const show = (run) => grow(fieldsOf(run));
    const run = await call("/playground/v1/chat/completions", body, { signal, show });
    return { ...fieldsOf(run), state: run.isStopped ? "stopped" : run.error ? "failed" : "done" };
  } catch ({ message }) {
    const state = signal.aborted ? "stopped" : "failed";
    return { text: "", images: [], state, error: { message } };
  }
}

// What of an answer a conversation keeps; pictures are kept as files.
function fieldsOf({ known, error, firstMs, totalMs, help, requestId }) {
  const { body, id, usage, ...told } = known;
  const { status: code, message, untilMs } = error ?? {};
  return {
    ...told,
    firstMs,
    totalMs,
    help,
    requestId,
    usage: usage && usageOf(usage),
    error: error && { code, message, untilMs: untilMs ?? 0 },
  };
}

// The body as it is sent: with the bytes of its files, and always as a stream, since only a stream
// ends at the provider when it is stopped here.
async function sentBody(conversation, model, table, blobOf) {
  const urls = new Map();
  const plan = chatBody(conversation, model, (file) => urls.set(file, ""), table);
  if (plan.messages.at(-1)?.role !== "user") {
    const note = unseenNote(conversation.messages.at(-1)?.files, model);
    throw new Error(`${note} Choose a model that does, or write something.`.trim());
  }
  for (const file of urls.keys()) urls.set(file, await dataUrl(file, await blobOf(file)));
  const body = chatBody(conversation, model, (file) => urls.get(file), table);
  return JSON.stringify({ ...body, stream: true });
}

async function dataUrl({ name, type }, blob) {
  if (!blob) throw new Error(`${name} is no longer kept here. Attach it again.`);
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
  return url.replace(/^data:[^,]*,/, `data:${type};base64,`);
}

// A picture that was drawn, as a file with its bytes.
export function pictureOf(url, id) {
  const { type, bytes } = bytesOf(url);
  const name = `picture-${Date.now() % 1e6}.${type.slice(6)}`;
  return { id, name, type, size: bytes.length, blob: new Blob([bytes], { type }) };
}
