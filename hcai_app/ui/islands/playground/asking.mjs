// What of a conversation is sent.
import { dataUrl, filesOf } from "./files.mjs";
import { sees } from "./models.mjs";

// What the server makes a request of, or its program: the branch that is asked about, and how to answer.
export function askedOf({ settings, messages }, model) {
  const told = messages.map(({ role, text, files, images, annotations }) => {
    return { role, text, files, images, annotations };
  });
  return { model, settings, messages: told };
}

// As JSON: without bytes, and without halves of characters, which a typed text can have.
export const asText = (value, space) => JSON.stringify(value, plain, space);
const plain = (_, it) =>
  it instanceof Blob ? undefined : typeof it === "string" ? it.toWellFormed() : it;

// The body of a call: the messages, and the bytes of the files that the model sees. Those that are no
// longer kept are missed by the server, which says so.
export async function bodyOf(conversation, model) {
  const seen = filesOf(conversation).filter((file) => file.blob && sees(model, file));
  const read = await Promise.all(seen.map(async ({ id, blob }) => [id, await dataUrl(blob)]));
  const urls = Object.fromEntries(read.filter(([, url]) => url));
  return asText({ ...askedOf(conversation, model), urls });
}
