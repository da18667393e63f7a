// The playground's answers, from the question to what is kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { leave, storeOf } from "../../../hcai_app/ui/islands/playground/session.mjs";
import { inMemory } from "./memory.mjs";
import {
  CHAT,
  called,
  calls,
  DEAF,
  idle,
  isIdle,
  messages,
  openStore,
  pause,
  photo,
  refuse,
  told,
  until,
} from "./room.mjs";

const BROKEN_OFF =
  "The connection broke before the answer ended. What it cost is settled all the same.";

test("an answer goes on while another page is looked at", async () => {
  const first = await storeOf("ada", () => openStore());
  first.send("hi");
  const call = await called(1);
  call.say("So");
  const back = await storeOf("ada", () => openStore());
  call.say(" it is.");
  call.end();
  await idle(back);
  assert.equal(first, back);
  assert.deepEqual(told(back), [["hi"], ["So it is.", "done"]]);
});

test("what runs is stopped when somebody else sits here", async () => {
  const ada = await storeOf("ada", () => openStore());
  ada.send("hi");
  const call = await called(1);
  const bea = await storeOf("bea", () => openStore());
  await until(() => call.signal.aborted);
  leave();
  assert.notEqual(ada, bea);
  assert.deepEqual(bea.read().all, []);
});

test("without streaming it is still a stream that can be stopped", async () => {
  const store = await openStore();
  store.setting("stream", false);
  store.send("hi");
  const call = await called(1);
  call.say("Half");
  await pause(20);
  assert.deepEqual(told(store).at(-1), ["", "running"]);
  call.say(" and whole.");
  call.end();
  await idle(store);
  assert.deepEqual(told(store).at(-1), ["Half and whole.", "done"]);
  store.send("more");
  const second = await called(2);
  second.say("Cut");
  await pause(20);
  store.stop();
  await idle(store);
  assert.deepEqual(told(store).at(-1), ["Cut", "stopped"]);
  assert.equal(second.signal.aborted, true);
});

test("what draws is shown as it comes whatever was chosen before", async () => {
  const store = await openStore();
  store.setting("stream", false);
  store.change({ model: "a/painter" });
  store.send("A raccoon");
  const call = await called(1);
  call.draw();
  await until(() => messages(store)[1].images?.length);
  call.end();
  await idle(store);
  assert.equal(messages(store)[1].images[0].type, "image/png");
});

test("a question in place of another ends the answer that runs", async () => {
  const store = await openStore();
  store.send("one");
  const first = await called(1);
  first.say("Long");
  store.resend(messages(store)[0], "two");
  const second = await called(2);
  await pause(20);
  assert.equal(isIdle(store), false);
  second.say("Short");
  second.end();
  await idle(store);
  assert.equal(first.signal.aborted, true);
  assert.deepEqual(told(store), [["two"], ["Short", "done"]]);
});

for (const end of ["break", "cut"])
  test(`a connection that breaks is told in our words: ${end}`, async () => {
    const store = await openStore();
    store.send("hi");
    const call = await called(1);
    call.say("So");
    await until(() => messages(store)[1].text);
    call[end]();
    await idle(store);
    const { text, state, error } = messages(store)[1];
    assert.deepEqual([text, state, error.message], ["So", "failed", BROKEN_OFF]);
  });

test("without room files and pictures stay at hand", async () => {
  const store = await openStore({ write: refuse });
  store.send("Look", [photo()]);
  const call = await called(1);
  const sent = call.body.urls.f1;
  call.draw();
  call.end();
  await idle(store);
  const { conversation } = store.read();
  const [drawn] = conversation.messages[1].images;
  await until(() => store.read().isFull);
  assert.equal(sent, "data:image/png;base64,YWJj");
  assert.equal(drawn.blob.size, 8);
});

test("where a browser keeps nothing the page does, and nobody is told that it is full", async () => {
  const nothing = async () => [];
  const nowhere = { lasts: false, all: nothing, write: nothing, remove: nothing };
  const store = await openStore(nowhere);
  store.send("Look", [photo()]);
  (await called(1)).end();
  await idle(store);
  await pause(20);
  const { id } = store.read().conversation;
  assert.equal(store.read().isFull, false);
  assert.equal(messages(store)[0].files[0].blob.size, 3);
  await store.remove(id);
  assert.deepEqual(messages(store), []);
  store.undo();
  assert.equal(messages(store)[0].files[0].blob.size, 3);
});

test("the notice goes once there is room", async () => {
  const memory = inMemory();
  let isFull = true;
  const hasFiles = ({ messages: all }) => all.some(({ files }) => files?.length);
  const write = (it) => (isFull && hasFiles(it) ? refuse() : memory.write(it));
  const store = await openStore({ ...memory, write });
  store.send("old");
  (await called(1)).end();
  await idle(store);
  const old = store.read().conversation.id;
  store.begin();
  store.send("Look", [photo()]);
  (await called(2)).end();
  await idle(store);
  await until(() => store.read().isFull);
  isFull = false;
  await store.remove(old);
  assert.equal(store.read().isFull, false);
  assert.equal((await memory.all())[0].messages[0].files[0].blob.size, 3);
});

test("the notice goes with the next good write", async () => {
  const memory = inMemory();
  let isFull = true;
  const write = (conversation) => (isFull ? refuse() : memory.write(conversation));
  const store = await openStore({ ...memory, write });
  store.send("hi");
  (await called(1)).end();
  await until(() => store.read().isFull);
  isFull = false;
  store.rename(store.read().conversation.id, "Kept");
  await until(() => !store.read().isFull);
  assert.equal((await memory.all())[0].title, "Kept");
});

test("forgetting amid a picture leaves nothing behind", async () => {
  const memory = inMemory();
  const store = await openStore(memory);
  store.send("A raccoon");
  const call = await called(1);
  call.draw();
  call.end();
  await store.remove();
  await pause(20);
  assert.deepEqual(await memory.all(), []);
  assert.deepEqual(store.read().all, []);
  assert.equal(isIdle(store), true);
});

test("a picture of an answer that was stopped for another question stays with it", async () => {
  const memory = inMemory();
  const store = await openStore(memory);
  store.change({ model: "a/painter" });
  store.send("A raccoon");
  (await called(1)).draw();
  await until(() => messages(store)[1].images?.length);
  store.resend(messages(store)[0], "A bear");
  (await called(2)).end();
  await idle(store);
  await pause(20);
  const [, answer] = (await memory.all())[0].messages;
  assert.equal(answer.state, "stopped");
  assert.deepEqual(
    answer.images.map(({ blob }) => blob.size),
    [8],
  );
});

test("what is half written waits in its conversation", async () => {
  const store = await openStore();
  store.send("hi");
  (await called(1)).end();
  await idle(store);
  const first = store.read().conversation.id;
  store.draft({ text: "half", files: [photo()] });
  store.begin();
  const fresh = store.read();
  assert.equal(fresh.conversation.draft.text, "");
  store.draft({ text: "another half" });
  await store.choose(first);
  const { text, files } = store.read().conversation.draft;
  assert.equal(text, "half");
  assert.equal(files[0].blob.size, 3);
  store.begin();
  const again = store.read();
  assert.equal(again.conversation.draft.text, "another half");
  assert.equal(again.conversation.id, fresh.conversation.id);
  store.draft({ text: "" });
  store.begin();
  assert.notEqual(store.read().conversation.id, fresh.conversation.id);
});

test("a model that has gone is not asked and not begun with", async () => {
  const memory = inMemory();
  const before = await openStore(memory);
  before.change({ model: "a/deaf" });
  before.send("hi");
  const call = await called(1);
  call.say("Hello.");
  call.end();
  await idle(before);
  await pause(20);
  const store = await openStore(memory, [CHAT]);
  const { model, messages: kept } = store.read().conversation;
  assert.equal(model, "a/deaf");
  await store.send("more");
  await store.again(kept[1]);
  assert.deepEqual(told(store), [["hi"], ["Hello.", "done"]]);
  store.begin();
  assert.equal(calls.length, 1);
  assert.equal(store.read().conversation.model, "a/chat");
});

test("half a character is none, and what the model does not see stays here", async () => {
  const store = await openStore({}, [DEAF]);
  store.change({ model: "a/deaf" });
  store.send("hi \ud83d", [photo()]);
  const { body } = await called(1);
  assert.equal(body.messages[0].text, "hi \ufffd");
  assert.deepEqual(
    body.messages[0].files.map(({ name }) => name),
    ["photo.png"],
  );
  assert.deepEqual(body.urls, {});
});

test("asking again adds a version and loses nothing", async () => {
  const store = await openStore();
  store.send("hi");
  (await called(1)).say("One.");
  calls[0].end();
  await idle(store);
  store.again(messages(store)[1]);
  (await called(2)).say("Two.");
  calls[1].end();
  await idle(store);
  assert.deepEqual(told(store), [["hi"], ["Two.", "done"]]);
  store.pick(store.read().conversation.messages[1]);
  assert.deepEqual(told(store), [["hi"], ["One.", "done"]]);
  store.send("more");
  const third = await called(3);
  assert.deepEqual(
    third.body.messages.map(({ text }) => text),
    ["hi", "One.", "more"],
  );
});

test("an answer that brought nothing is replaced", async () => {
  const store = await openStore();
  store.send("hi");
  (await called(1)).break();
  await idle(store);
  store.again(messages(store)[1]);
  (await called(2)).end();
  await idle(store);
  assert.equal(store.read().conversation.messages.length, 2);
});

test("several models answer one question, and the winner goes on", async () => {
  const store = await openStore();
  store.change({ rivals: ["a/deaf"] });
  store.send("hi");
  await called(2);
  assert.deepEqual(
    calls.map(({ body }) => body.model.id),
    ["a/chat", "a/deaf"],
  );
  for (const call of calls) {
    call.say(`${call.body.model.id} says so.`);
    call.end();
  }
  await idle(store);
  const winner = store.read().conversation.messages.find(({ model }) => model === "a/deaf");
  store.pick(winner);
  const { conversation } = store.read();
  assert.deepEqual([conversation.model, conversation.rivals], ["a/deaf", []]);
  assert.deepEqual(told(store).at(-1), ["a/deaf says so.", "done"]);
  store.send("more");
  const third = await called(3);
  assert.equal(third.body.messages[1].text, "a/deaf says so.");
  assert.equal(calls.length, 3);
});

test("what was deleted comes back, its files too", async () => {
  const memory = inMemory();
  const store = await openStore(memory);
  store.send("Look", [photo()]);
  (await called(1)).end();
  await idle(store);
  await pause(20);
  const { id } = store.read().conversation;
  await store.remove(id);
  assert.deepEqual(await memory.all(), []);
  store.undo();
  await pause(20);
  assert.equal(store.read().conversation.id, id);
  assert.equal((await memory.all())[0].messages.length, 2);
  assert.equal((await memory.all())[0].messages[0].files[0].blob.size, 3);
});

test("what is half written is still there when the page comes back", async () => {
  const memory = inMemory();
  const before = await openStore(memory);
  before.draft({ text: "half", files: [photo()] });
  await pause(1100);
  const store = await openStore(memory);
  const { conversation } = store.read();
  const { draft } = conversation;
  assert.deepEqual([draft.text, draft.files[0].name], ["half", "photo.png"]);
  assert.equal(draft.files[0].blob.size, 3);
});
