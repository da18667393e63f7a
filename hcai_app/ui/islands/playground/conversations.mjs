// Conversations are trees: asking again or editing adds a version, and nothing is lost. Nothing in here
// changes what it is given.
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

export const withChange = (conversation, id, change) =>
  withEach(conversation, (it) => (it.id === id ? { ...it, ...change } : it));

export const withChosen = (conversation, { parent, id }) => ({
  ...conversation,
  chosen: { ...conversation.chosen, [parent]: id },
});

// Goes on with one of the answers that stand side by side; the others become its versions.
export function withWinner(conversation, winner) {
  const { model, race } = winner;
  const freed = withEach(conversation, (it) => (it.race === race ? { ...it, race: "" } : it));
  return withChosen({ ...freed, model, rivals: [] }, winner);
}

// What was being answered when the page went away is not answered any more.
export const settled = (conversation) =>
  withEach(conversation, (it) => (it.state === "running" ? { ...it, state: "stopped" } : it));

// A conversation as it is kept: pictures that are still arriving are no files yet.
export const kept = (conversation) =>
  withEach(conversation, (it) => ({ ...it, images: it.images?.filter(({ id }) => id) }));

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
  const { model, settings, createdMs } = conversation;
  const messages = threadOf(conversation).map((it) => {
    const { role, text: content, files, images, reasoning, usage } = it;
    return { role, content, model: it.model, files, images, reasoning, usage };
  });
  const created = new Date(createdMs).toISOString();
  const about = { title: titleOf(conversation), model, settings, created, messages };
  return JSON.stringify(about, null, 2);
}
