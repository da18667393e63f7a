// From a conversation to the end of its next answer: files are read, the road is taken, and however
// it ends is told in words.
import { CallError, converse } from "./call.mjs";
import { chatBody, unseenNote } from "./request.mjs";
import { NEW_ANSWER } from "./stream.mjs";

// Has a model answer. `onGrow` gets what there is each time that there is more; returned is all that
// is known in the end.
export async function answerTo(conversation, model, { blobOf, signal, onGrow }) {
  let latest = NEW_ANSWER;
  const grow = (grown) => {
    latest = grown;
    onGrow(grown);
  };
  try {
    const whole = await converse(await sentBody(conversation, model, blobOf), signal, grow);
    return { ...whole, state: whole.error ? "failed" : "done" };
  } catch (error) {
    if (signal.aborted) return { ...latest, state: "stopped", error: null };
    const told =
      error instanceof CallError ? error.told : { message: String(error?.message ?? error) };
    return { ...latest, state: "failed", error: told };
  }
}

// The body as it is sent: with the bytes of its files, and always as a stream, since only a stream
// ends at the provider when it is stopped here.
export async function sentBody(conversation, model, blobOf) {
  const sent = new Map();
  const plan = chatBody(conversation, model, (file) => sent.set(file.id, file));
  if (plan.messages.at(-1)?.role !== "user")
    throw new CallError({ message: nothingToSend(conversation, model) });
  const urls = new Map();
  for (const file of sent.values()) urls.set(file.id, await dataUrl(file, await blobOf(file)));
  return { ...chatBody(conversation, model, (file) => urls.get(file.id)), stream: true };
}

function nothingToSend(conversation, model) {
  const note = unseenNote(conversation.messages.at(-1)?.files, model);
  return `${note} Choose a model that does, or write something.`.trim();
}

async function dataUrl(file, blob) {
  if (!blob)
    throw new CallError({ message: `${file.name} is no longer kept here. Attach it again.` });
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () =>
      resolve(reader.result.replace(/^data:[^,]*,/, `data:${file.type};base64,`));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
