// A room for the playground's store: what a browser has and Node has not, a provider that says what
// a test has it say, and stores that are closed after each test.
import { afterEach } from "node:test";
import { isRunning, threadOf } from "../../../hcai_app/ui/islands/playground/conversations.mjs";
import { leave } from "../../../hcai_app/ui/islands/playground/session.mjs";
import { Store } from "../../../hcai_app/ui/islands/playground/store.mjs";
import { inMemory, NO_TABS } from "./memory.mjs";
import { PIXEL } from "./examples.mjs";

export const CHAT = {
  id: "a/chat",
  name: "Chatty",
  kind: "chat",
  inputs: ["text", "image", "file"],
  outputs: ["text"],
  takes: ["image/png", "application/pdf"],
  parameters: [],
};
export const DEAF = {
  ...CHAT,
  id: "a/deaf",
  name: "Deaf",
  inputs: ["text"],
  takes: ["application/pdf"],
};
const PAINTER = {
  ...CHAT,
  id: "a/painter",
  name: "Painter",
  kind: "image",
  outputs: ["image", "text"],
  takes: ["image/png"],
};

globalThis.document = { hidden: false };
globalThis.requestAnimationFrame = (draw) => setTimeout(draw, 1);
globalThis.FileReader = class {
  async readAsDataURL(blob) {
    const data = Buffer.from(await blob.arrayBuffer()).toString("base64");
    this.result = `data:${blob.type};base64,${data}`;
    this.onloadend();
  }
};

// The calls of this test; each says what it answers with.
export const calls = [];
globalThis.fetch = async (_, { body, signal }) => {
  signal.throwIfAborted();
  const call = { body: JSON.parse(body), signal };
  const stream = new ReadableStream({
    start(controller) {
      const write = (data) => controller.enqueue(new TextEncoder().encode(`data: ${data}\n\n`));
      call.chunk = (delta) => write(JSON.stringify({ choices: [{ delta }] }));
      call.say = (content) => call.chunk({ content });
      call.draw = () => call.chunk({ images: [{ image_url: { url: PIXEL } }] });
      call.end = () => {
        write("[DONE]");
        controller.close();
      };
      call.cut = () => controller.close();
      call.break = () => controller.error(new TypeError("network error"));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  calls.push(call);
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
};

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(isSo) {
  for (let left = 3000; left > 0; left -= 1) {
    if (await isSo()) return;
    await pause(1);
  }
  throw new Error(`never: ${isSo}`);
}

export async function called(count) {
  await until(() => calls.length >= count);
  return calls[count - 1];
}

const opened = [];

export async function openStore(more = {}, models = [CHAT, DEAF, PAINTER]) {
  const storage = { lasts: true, ...inMemory(), ...NO_TABS, ...more };
  const store = new Store({ storage, models });
  opened.push(store);
  await store.load();
  return store;
}

afterEach(() => {
  leave();
  for (const store of opened.splice(0)) store.close();
  calls.length = 0;
});

export const messages = (store) => threadOf(store.read().conversation);
export const told = (store) =>
  messages(store).map(({ text, state }) => (state ? [text, state] : [text]));
export const isIdle = (store) => !store.read().all.some(isRunning);
export const idle = (store) => until(() => isIdle(store));

const PHOTO = { id: "f1", name: "photo.png", type: "image/png", size: 3 };
export const photo = () => ({ ...PHOTO, blob: new Blob(["abc"], { type: PHOTO.type }) });

// A browser without room.
export async function refuse() {
  throw new Error("full");
}
