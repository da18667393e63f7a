"""The playground's store, run by Node: with a provider that says what a test has it say."""

from typing import Any

from tests.harness import scripts

MODULES = {
    "asking": "play/asking.mjs",
    "keepings": "play/storage.mjs",
    "owners": "play/session.mjs",
    "stores": "play/store.mjs",
    "tabs": "play/tabs.mjs",
}
CHAT = {
    "id": "a/chat",
    "name": "Chatty",
    "kind": "chat",
    "inputs": ["text", "image", "file"],
    "outputs": ["text"],
    "parameters": [],
}
DEAF = {**CHAT, "id": "a/deaf", "name": "Deaf", "inputs": ["text"]}
PAINTER = {
    **CHAT,
    "id": "a/painter",
    "name": "Painter",
    "kind": "image",
    "outputs": ["image", "text"],
}
# What a browser has and Node has not; calls that wait for what they answer; stores that are closed.
PRELUDE = """
globalThis.document = { hidden: false };
globalThis.requestAnimationFrame = (tell) => setTimeout(tell, 1);
globalThis.FileReader = class {
  async readAsDataURL(blob) {
    const data = Buffer.from(await blob.arrayBuffer()).toString("base64");
    this.result = `data:;base64,${data}`;
    this.onload();
  }
};
const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const calls = [];
globalThis.fetch = async (address, { body, signal }) => {
  signal.throwIfAborted();
  const call = { body: JSON.parse(body), signal };
  const stream = new ReadableStream({
    start(controller) {
      const write = (data) => controller.enqueue(new TextEncoder().encode(`data: ${data}\\n\\n`));
      call.chunk = (delta) => write(JSON.stringify({ choices: [{ delta }] }));
      call.say = (content) => call.chunk({ content });
      call.draw = () => call.chunk({ images: [{ image_url: { url: PIXEL } }] });
      call.end = () => {
        write("[DONE]");
        controller.close();
      };
      call.break = () => controller.error(new TypeError("network error"));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  calls.push(call);
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (isSo) => {
  for (let left = 3000; left > 0; left -= 1) {
    if (await isSo()) return;
    await pause(1);
  }
  throw new Error(`never: ${isSo}`);
};
const called = async (count) => {
  await until(() => calls.length >= count);
  return calls[count - 1];
};
const opened = [];
const openStore = async (more = {}, models = given.models) => {
  const keeping = { lasts: true, ...keepings.inMemory(), ...tabs.NO_TABS, ...more };
  const store = new stores.Store({ keeping, models });
  opened.push(store);
  await store.load();
  return store;
};
const messages = (store) => store.read().talk.messages;
const told = (store) => messages(store).map(({ text, state }) => (state ? [text, state] : [text]));
const isIdle = (store) => store.read().running.length === 0;
const idle = (store) => until(() => isIdle(store));
const PHOTO = { id: "f1", name: "photo.png", type: "image/png", size: 3 };
const photo = () => ({ ...PHOTO, blob: new Blob(["abc"], { type: PHOTO.type }) });
const FULL = { keepFile: async () => { throw new Error("full"); } };
"""


def run(body: str, *, models: list[dict[str, Any]] | None = None, given: Any = None) -> Any:
    """Return what the body of a function returns, which has the prelude's names and `given`."""
    code = (
        f"{PRELUDE}\nconst result = await (async () => {{ {body} }})();\n"
        "opened.forEach((store) => store.close());\nreturn result;"
    )
    return scripts.run(MODULES, code, {"models": models or [CHAT, DEAF, PAINTER], "more": given})
