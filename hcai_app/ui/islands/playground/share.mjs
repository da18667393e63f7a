// A conversation in a link: what was asked and, if wanted, answered lies packed in the fragment, which
// no browser sends to any server. What is too long for a link is a file of the same form.
import { newId, threadOf } from "./conversations.mjs";

const LONGEST_LINK = 12_000;
const LONGEST_TEXT = 4_000_000;
const ROLES = ["user", "assistant"];

// What is shared: the branch that is shown, without its files.
export function sharedOf(conversation, hasAnswers) {
  const { title, model, settings } = conversation;
  const thread = threadOf(conversation).filter(({ role }) => hasAnswers || role === "user");
  const messages = thread.map(({ role, text = "", model: by }) => ({ role, text, model: by }));
  return { hcai: 1, title, model, settings, messages };
}

async function through(stream, data) {
  return await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();
}

// The fragment of a link; empty when it would be too long for one.
export async function packed(shared) {
  const data = await through(new CompressionStream("deflate-raw"), JSON.stringify(shared));
  const text = btoa(Array.from(new Uint8Array(data), (it) => String.fromCharCode(it)).join(""));
  return text.length > LONGEST_LINK ? "" : text.replaceAll("+", "-").replaceAll("/", "_");
}

// What somebody's fragment or file holds; null when it is nothing that we have made.
export async function unpacked(fragment) {
  try {
    const text = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    const data = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
    return read(
      new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), data)),
    );
  } catch {
    return null;
  }
}

// Strangers write these texts: of each member only what it should be is taken.
export function read(text) {
  try {
    if (text.length > LONGEST_TEXT) return null;
    const { hcai, title, model, settings, messages } = JSON.parse(text);
    if (hcai !== 1) return null;
    const isPlain = ([, value]) => ["string", "number", "boolean"].includes(typeof value);
    const own = messages.filter(({ role }) => ROLES.includes(role));
    return {
      title: String(title ?? "").slice(0, 80),
      model: String(model ?? ""),
      settings: Object.fromEntries(Object.entries(settings ?? {}).filter(isPlain)),
      messages: own.map((it) => ({
        role: it.role,
        text: String(it.text),
        model: String(it.model ?? ""),
      })),
    };
  } catch {
    return null;
  }
}

// As the branch of a conversation of one's own; a question without an answer is still to be sent.
export function asOwn({ title, settings, messages }) {
  const own = [];
  for (const { role, text, model } of messages) {
    const answer = role === "user" ? { files: [] } : { model, state: "done" };
    own.push({ id: newId(), parent: own.at(-1)?.id ?? "", role, text, ...answer });
  }
  const last = own.at(-1)?.role === "user" ? own.pop() : undefined;
  return { draft: last?.text ?? "", more: { title, settings, messages: own } };
}
