// Conversations: how they begin, change and are written down. Nothing in here changes what it is given.

export const MAX_TALKS = 60;
const MAX_TITLE = 60;
const UNNAMED = "New conversation";

export const newId = () => crypto.randomUUID();

export function newTalk(model, settings = {}) {
  const now = Date.now();
  return { id: newId(), title: "", model, settings, messages: [], createdMs: now, updatedMs: now };
}

export const titleOf = (talk) => talk.title || UNNAMED;

// What a list shows of a conversation.
export function headOf({ id, title, model, updatedMs }) {
  return { id, title, model, updatedMs };
}

export function withQuestion(talk, text, files) {
  const message = { id: newId(), role: "user", text, files };
  return changed({
    ...talk,
    title: talk.title || titleFrom(text, files),
    messages: [...talk.messages, message],
  });
}

export function withAnswer(talk, answer) {
  return changed({ ...talk, messages: [...talk.messages, answer] });
}

export function withMessage(talk, id, change) {
  return {
    ...talk,
    messages: talk.messages.map((it) => (it.id === id ? { ...it, ...change } : it)),
  };
}

// The conversation up to a message, without it.
export function before(talk, id) {
  const place = talk.messages.findIndex((message) => message.id === id);
  return place < 0 ? talk : changed({ ...talk, messages: talk.messages.slice(0, place) });
}

export const changed = (talk) => ({ ...talk, updatedMs: Date.now() });

// What was being answered when the page went away is not answered any more.
export function settled(talk) {
  return {
    ...talk,
    messages: talk.messages.map((it) =>
      it.state === "running" ? { ...it, state: "stopped" } : it,
    ),
  };
}

// A conversation as it is kept: pictures that are still arriving are no files yet.
export function kept(talk) {
  const isFile = (image) => typeof image === "object";
  return {
    ...talk,
    messages: talk.messages.map((it) =>
      it.images ? { ...it, images: it.images.filter(isFile) } : it,
    ),
  };
}

function titleFrom(text, files = []) {
  const line = text.trim().split("\n")[0].replace(/\s+/g, " ") || files[0]?.name || UNNAMED;
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE).replace(/\s\S*$/, "")} …`;
}

// As a text file for people.
export function asMarkdown(talk) {
  const system = talk.settings.system?.trim();
  const parts = talk.messages.map(({ role, text, model, files = [], images = [] }) => {
    const attached = [...files, ...images].map((file) => `*${file.name}*`).join(", ");
    const who = role === "user" ? "You" : model;
    return [`## ${who}`, attached, text].filter(Boolean).join("\n\n");
  });
  const head = `# ${titleOf(talk)}`;
  return `${[head, system && `> ${system.replaceAll("\n", "\n> ")}`, ...parts].filter(Boolean).join("\n\n")}\n`;
}

// As a file for programs: the messages as an API takes them, and what is known of each answer.
export function asJson(talk) {
  const { title, model, settings, createdMs, messages } = talk;
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
