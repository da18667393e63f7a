// Conversations: how they begin, change and are written down. Nothing in here changes what it is given.

export const MAX_CONVERSATIONS = 60;
const MAX_TITLE = 60;
const UNNAMED = "New conversation";

export const newId = () => crypto.randomUUID();

export function newConversation(model, settings = {}) {
  const now = Date.now();
  return { id: newId(), title: "", model, settings, messages: [], createdMs: now, updatedMs: now };
}

export const titleOf = (conversation) => conversation.title || UNNAMED;

// What a list shows of a conversation.
export function headOf({ id, title, model, updatedMs }) {
  return { id, title, model, updatedMs };
}

export function withQuestion(conversation, text, files) {
  const message = { id: newId(), role: "user", text, files };
  return changed({
    ...conversation,
    title: conversation.title || titleFrom(text, files),
    messages: [...conversation.messages, message],
  });
}

export function withAnswer(conversation, answer) {
  return changed({ ...conversation, messages: [...conversation.messages, answer] });
}

export function withMessage(conversation, id, change) {
  return {
    ...conversation,
    messages: conversation.messages.map((it) => (it.id === id ? { ...it, ...change } : it)),
  };
}

// The conversation up to a message, without it.
export function before(conversation, id) {
  const place = conversation.messages.findIndex((message) => message.id === id);
  return place < 0
    ? conversation
    : changed({ ...conversation, messages: conversation.messages.slice(0, place) });
}

export const changed = (conversation) => ({ ...conversation, updatedMs: Date.now() });

// What was being answered when the page went away is not answered any more.
export function settled(conversation) {
  return {
    ...conversation,
    messages: conversation.messages.map((it) =>
      it.state === "running" ? { ...it, state: "stopped" } : it,
    ),
  };
}

// A conversation as it is kept: pictures that are still arriving are no files yet.
export function kept(conversation) {
  const isFile = (image) => typeof image === "object";
  return {
    ...conversation,
    messages: conversation.messages.map((it) =>
      it.images ? { ...it, images: it.images.filter(isFile) } : it,
    ),
  };
}

function titleFrom(text, files = []) {
  const line = text.trim().split("\n")[0].replace(/\s+/g, " ") || files[0]?.name || UNNAMED;
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE).replace(/\s\S*$/, "")} …`;
}

// As a text file for people.
export function asMarkdown(conversation) {
  const system = conversation.settings.system?.trim();
  const parts = conversation.messages.map(({ role, text, model, files = [], images = [] }) => {
    const attached = [...files, ...images].map((file) => `*${file.name}*`).join(", ");
    const who = role === "user" ? "You" : model;
    return [`## ${who}`, attached, text].filter(Boolean).join("\n\n");
  });
  const head = `# ${titleOf(conversation)}`;
  return `${[head, system && `> ${system.replaceAll("\n", "\n> ")}`, ...parts].filter(Boolean).join("\n\n")}\n`;
}

// As a file for programs: the messages as an API takes them, and what is known of each answer.
export function asJson(conversation) {
  const { title, model, settings, createdMs, messages } = conversation;
  const told = messages.map(
    ({ role, text, files, images, model: by, reasoning, usage, state }) => ({
      role,
      content: text,
      ...(files?.length
        ? { files: files.map(({ name, type, size }) => ({ name, type, size })) }
        : {}),
      ...(images?.length
        ? { images: images.map(({ name, type, size }) => ({ name, type, size })) }
        : {}),
      ...(role === "assistant" ? { model: by, reasoning, usage, state } : {}),
    }),
  );
  const created = new Date(createdMs).toISOString();
  return JSON.stringify(
    { title: title || UNNAMED, model, settings, created, messages: told },
    null,
    2,
  );
}
