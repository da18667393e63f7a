// Conversations are trees: asking again or editing adds a version, and nothing is lost. Nothing in here
// changes what it is given.
import { asText } from "./asking.mjs";

const MAX_TITLE = 60;
const UNNAMED = "New conversation";
export const NOTHING_WRITTEN = { text: "", files: [] };

export const newId = () => crypto.randomUUID();
export const changed = (conversation) => ({ ...conversation, updatedMs: Date.now() });
export const titleOf = (conversation) => conversation.title || UNNAMED;
export const isWritten = ({ text, files }) => Boolean(text || files.length);
export const isEmpty = ({ messages, draft }) => !messages.length && !isWritten(draft);
export const isRunning = ({ messages }) => messages.some(({ state }) => state === "running");

export function newConversation(model, settings = {}) {
  const empty = { title: "", messages: [], chosen: {}, rivals: [], draft: NOTHING_WRITTEN };
  return changed({ id: newId(), model, settings, createdMs: Date.now(), ...empty });
}

// What was kept, as it is now: a conversation of before there were versions is a single branch.
export function asTree(conversation) {
  const whole = { rivals: [], draft: NOTHING_WRITTEN, chosen: {}, ...conversation };
  if (conversation.chosen) return whole;
  const messages = [];
  for (const it of conversation.messages)
    messages.push({ ...it, id: it.id || newId(), parent: messages.at(-1)?.id ?? "" });
  return { ...whole, messages };
}

// The versions of a message, itself among them.
export const versionsOf = ({ messages }, { parent }) =>
  messages.filter((it) => it.parent === parent);

// The branch that is shown, from the first message to the last.
export function threadOf({ messages, chosen }) {
  const thread = [];
  for (let parent = ""; ; parent = thread.at(-1).id) {
    const versions = messages.filter((it) => it.parent === parent);
    const next = versions.find(({ id }) => id === chosen[parent]) ?? versions.at(-1);
    if (!next) return thread;
    thread.push(next);
  }
}

// The branch that leads to a message, itself included.
export function pathTo({ messages }, id) {
  const last = messages.find((it) => it.id === id);
  return last ? [...pathTo({ messages }, last.parent), last] : [];
}

// The answers that stand beside one another until one of them is picked.
export const raceOf = (conversation, { race, ...message }) =>
  race ? versionsOf(conversation, message).filter((it) => it.race === race) : [];

export function withMessage(conversation, message) {
  const { parent, id, race } = message;
  const isBeside = race && raceOf(conversation, message).length > 0;
  return changed({
    ...conversation,
    title: conversation.title || titleFrom(message.text ?? "", message.files),
    messages: [...conversation.messages, message],
    chosen: isBeside ? conversation.chosen : { ...conversation.chosen, [parent]: id },
  });
}

const withEach = (conversation, work) => ({
  ...conversation,
  messages: conversation.messages.map(work),
});

// With what is known of an answer, as it came or as it ended; its text is not kept twice.
export const withAnswer = (conversation, id, { raw, body, ...run }) =>
  withEach(conversation, (it) => (it.id === id ? { ...it, ...run, id } : it));

// Goes on with a version; answers that stood beside it are its versions from then on.
export function withChosen(conversation, { parent, id, model, race }) {
  const chosen = { ...conversation.chosen, [parent]: id };
  if (!race) return { ...conversation, chosen };
  const freed = withEach(conversation, (it) => (it.race === race ? { ...it, race: "" } : it));
  return { ...freed, chosen, model, rivals: [] };
}

// What was being answered when the page went away is not answered any more.
export const settled = (conversation) =>
  withEach(conversation, (it) => (it.state === "running" ? { ...it, state: "stopped" } : it));

function titleFrom(text, files = []) {
  const line = text.trim().split("\n")[0].replace(/\s+/g, " ") || files[0]?.name || UNNAMED;
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE).replace(/\s\S*$/, "")} …`;
}

// As a text file for people.
export function asMarkdown(conversation) {
  const system = conversation.settings.system?.trim();
  const parts = threadOf(conversation).map(({ role, text, model, files = [], images = [] }) => {
    const attached = [...files, ...images].map((file) => `*${file.name}*`).join(", ");
    return [`## ${role === "user" ? "You" : model}`, attached, text].filter(Boolean).join("\n\n");
  });
  const head = [`# ${titleOf(conversation)}`, system && `> ${system.replaceAll("\n", "\n> ")}`];
  return `${[...head, ...parts].filter(Boolean).join("\n\n")}\n`;
}

// As a file for programs: the branch that is shown, with all that is known of it.
export function asJson({ chosen, rivals, draft, ...about }) {
  const thread = threadOf({ ...about, chosen });
  const messages = thread.map(({ text: content, ...it }) => ({ ...it, content }));
  return asText({ ...about, title: titleOf(about), messages }, 2);
}
