// From a conversation to the end of its next answer: files are read, the call is made, and however it
// ends is told in words.
import { bytesOf, usageOf } from "./answers.mjs";
import { call } from "./call.mjs";
import { sees } from "./models.mjs";

// Has a model answer. `grow` gets what there is each time that there is more; returned is all that
// is known in the end.
export async function answerTo(conversation, model, { blobOf, signal, grow }) {
  try {
    const body = await sentBody(conversation, model, blobOf);
    const show = (run) => grow(fieldsOf(run));
    const run = await call("/playground/v1/conversation", body, { signal, show });
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

// What the server makes a request of, or its program: the branch that is asked about, and how to answer.
export function askedOf({ settings, messages }, model) {
  const told = messages.map(({ role, text, files, images, annotations }) => {
    const drawn = images?.filter(({ id }) => id);
    return { role, text, files, images: drawn, annotations };
  });
  return { model, settings, messages: told };
}

// As JSON, without halves of characters, which a typed text can have.
export const asText = (value) =>
  JSON.stringify(value, (_, it) => (typeof it === "string" ? it.toWellFormed() : it));

// What is sent: the messages, and the bytes of the files that the model sees.
async function sentBody(conversation, model, blobOf) {
  const files = conversation.messages.flatMap((it) => [...(it.files ?? []), ...(it.images ?? [])]);
  const seen = files.filter((file) => sees(model, file));
  const urls = seen.map(async (file) => [file.id, await dataUrl(file, await blobOf(file))]);
  return asText({
    ...askedOf(conversation, model),
    urls: Object.fromEntries(await Promise.all(urls)),
  });
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
