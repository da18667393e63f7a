// A conversation in a link: what was asked and, if wanted, answered lies packed in the fragment, which
// no browser sends to any server. What is too long for a link is a file of the same form.
import { asTree, threadOf } from "./conversations.mjs";

const LONGEST_LINK = 12_000;
const LONGEST_TEXT = 4_000_000;
const ROLES = ["user", "assistant"];
const PLAIN = ["string", "number", "boolean"];

// What is shared: the branch that is shown, without its files.
export function sharedOf(conversation, hasAnswers) {
  const { title, model, settings } = conversation;
  const thread = threadOf(conversation).filter(({ role }) => hasAnswers || role === "user");
  const messages = thread.map(({ role, text = "", model: by }) => ({ role, text, model: by }));
  return { hcai: 1, title, model, settings, messages };
}

const through = (stream, data) =>
  new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer();

// The fragment of a link; empty when it would be too long for one.
export async function packed(shared) {
  const data = await through(new CompressionStream("deflate-raw"), JSON.stringify(shared));
  const text = btoa(Array.from(new Uint8Array(data), (it) => String.fromCharCode(it)).join(""));
  return text.length > LONGEST_LINK ? "" : text.replaceAll("+", "-").replaceAll("/", "_");
}

// What somebody's fragment holds; null when it is nothing that we have made. A longer one could unpack
// into more than a tab has memory for.
export async function unpacked(fragment) {
  if (fragment.length > LONGEST_LINK) return null;
  try {
    const text = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    const data = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
    const json = await through(new DecompressionStream("deflate-raw"), data);
    return read(new TextDecoder().decode(json));
  } catch {
    return null;
  }
}

// Strangers write these texts: of each member only what it should be is taken.
export function read(text) {
  try {
    const { hcai, title = "", model = "", settings = {}, messages } = JSON.parse(text);
    if (hcai !== 1 || text.length > LONGEST_TEXT) return null;
    const plain = Object.entries(settings).filter(([, value]) => PLAIN.includes(typeof value));
    const own = messages.filter(({ role }) => ROLES.includes(role));
    const said = own.map((it) => [it.role, String(it.text), String(it.model ?? "")]);
    return {
      title: String(title).slice(0, 80),
      model: String(model),
      settings: Object.fromEntries(plain),
      messages: said.map(([role, words, by]) => ({ role, text: words, model: by })),
    };
  } catch {
    return null;
  }
}

// As the branch of a conversation of one's own; a question without an answer is still to be sent.
export function asOwn({ title, settings, messages }) {
  const said = messages.map((it) => (it.role === "user" ? it : { ...it, state: "done" }));
  const last = said.at(-1)?.role === "user" ? said.pop() : undefined;
  const { messages: own } = asTree({ messages: said });
  return { title, settings, messages: own, draft: { text: last?.text ?? "", files: [] } };
}
