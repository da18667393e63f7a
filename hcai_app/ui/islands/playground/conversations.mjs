// Conversations are trees: asking again or editing adds a version, and nothing is lost. Nothing in here
// changes what it is given.
export const MAX_CONVERSATIONS = 60;
const MAX_TITLE = 60;
const UNNAMED = "New conversation";

export const newId = () => crypto.randomUUID();

export function newConversation(model, settings = {}) {
  const now = Date.now();
  const empty = { title: "", messages: [], chosen: {}, rivals: [] };
  return { id: newId(), model, settings, createdMs: now, updatedMs: now, ...empty };
}

export const titleOf = (conversation) => conversation.title || UNNAMED;

// What a list shows of a conversation, and the words that a search looks through.
export function headOf({ id, title, model, updatedMs, messages }) {
  const words = messages.map(({ text }) => text ?? "").join("\n");
  const isUnsent = messages.length === 0;
  return { id, title, model, updatedMs, isUnsent, words: words.slice(0, 20_000).toLowerCase() };
}

// A conversation of before there were versions is a single branch.
export function asTree(conversation) {
  if (conversation.chosen) return conversation;
  const ids = conversation.messages.map(({ id }) => id || newId());
  const messages = conversation.messages.map((it, at) => {
    return { ...it, id: ids[at], parent: ids[at - 1] ?? "" };
  });
  return { ...conversation, messages, chosen: {}, rivals: [] };
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

export function withChange(conversation, id, change) {
  const messages = conversation.messages.map((it) => (it.id === id ? { ...it, ...change } : it));
  return { ...conversation, messages };
}

export function withChosen(conversation, { parent, id }) {
  return { ...conversation, chosen: { ...conversation.chosen, [parent]: id } };
}

// Goes on with one of the answers that stand side by side; the others become its versions.
export function withWinner(conversation, message) {
  const { race, ...others } = message;
  const messages = conversation.messages.map(({ race: its, ...it }) =>
    its && its !== race ? { race: its, ...it } : it,
  );
  return withChosen({ ...conversation, messages, model: message.model, rivals: [] }, others);
}

export const changed = (conversation) => ({ ...conversation, updatedMs: Date.now() });

// What was being answered when the page went away is not answered any more.
export function settled(conversation) {
  const messages = conversation.messages.map((it) =>
    it.state === "running" ? { ...it, state: "stopped" } : it,
  );
  return { ...conversation, messages };
}

// A conversation as it is kept: pictures that are still arriving are no files yet.
export function kept(conversation) {
  const isFile = (image) => typeof image === "object";
  const messages = conversation.messages.map((it) =>
    it.images ? { ...it, images: it.images.filter(isFile) } : it,
  );
  return { ...conversation, messages };
}

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

// As a file for programs: the messages as an API takes them, and what is known of each answer.
export function asJson(conversation) {
  const named = (files) => files?.map(({ name, type, size }) => ({ name, type, size }));
  const messages = threadOf(conversation).map(({ role, text, ...it }) => ({
    ...{ role, content: text, files: named(it.files), images: named(it.images) },
    ...(role === "user" ? {} : { model: it.model, reasoning: it.reasoning, usage: it.usage }),
  }));
  const { model, settings, createdMs } = conversation;
  const created = new Date(createdMs).toISOString();
  return JSON.stringify(
    { title: titleOf(conversation), model, settings, created, messages },
    null,
    2,
  );
}
