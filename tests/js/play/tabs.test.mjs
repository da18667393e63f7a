// Two tabs with the same conversations: two stores over one storage.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openTabs } from "../../../hcai_app/ui/islands/playground/tabs.mjs";
import { inMemory } from "./memory.mjs";
import {
  called,
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

// `here` and `there` know one conversation.
let memory;
let here;
let there;
let id;

const tab = () => openStore({ ...memory, ...openTabs("ada") });
const areAlike = () => JSON.stringify(messages(here)) === JSON.stringify(messages(there));

beforeEach(async () => {
  memory = inMemory();
  here = await tab();
  here.send("one");
  const call = await called(1);
  call.say("First.");
  call.end();
  await idle(here);
  await pause(20);
  there = await tab();
  id = there.read().conversation.id;
});

test("each tab has what the other one wrote", async () => {
  here.send("two");
  const second = await called(2);
  second.say("Second.");
  second.end();
  await idle(here);
  await until(areAlike);
  there.send("three");
  const third = await called(3);
  third.say("Third.");
  third.end();
  await idle(there);
  await until(areAlike);
  assert.deepEqual(told(here), [
    ["one"],
    ["First.", "done"],
    ["two"],
    ["Second.", "done"],
    ["three"],
    ["Third.", "done"],
  ]);
  assert.equal(third.body.messages.length, 5);
  assert.equal((await memory.all())[0].messages.length, 6);
});

test("what one tab forgets is not written by the other", async () => {
  there.send("two");
  const call = await called(2);
  call.say("Never");
  await until(() => !isIdle(here));
  await here.remove();
  await until(() => call.signal.aborted && isIdle(there));
  there.setting("temperature", 1);
  await pause(20);
  assert.deepEqual(await memory.all(), []);
  assert.deepEqual(here.read().all, []);
  assert.deepEqual(there.read().all, []);
  assert.deepEqual(messages(there), []);
});

test("a conversation that one tab deletes is gone in the other", async () => {
  await here.remove(id);
  await until(() => there.read().conversation.id !== id);
  await there.rename(id, "Back again");
  await pause(20);
  assert.deepEqual(await memory.all(), []);
  assert.deepEqual(there.read().all, []);
});

test("an answer is stopped from another tab", async () => {
  here.send("two");
  const call = await called(2);
  await until(() => !isIdle(there) && messages(there).length === 4);
  const late = await tab();
  await until(() => !isIdle(late));
  assert.equal(told(late).at(-1)[1], "running");
  call.say("Long");
  await until(() => told(here).at(-1)[0]);
  there.stop();
  await until(() => call.signal.aborted && isIdle(here));
  await until(() => areAlike() && isIdle(late));
  assert.deepEqual(told(here).at(-1), ["Long", "stopped"]);
});

test("a file that found no room is in the other tabs all the same", async () => {
  here.storage.write = refuse;
  here.send("Look", [photo()]);
  (await called(2)).end();
  await idle(here);
  await until(areAlike);
  const [file] = messages(there)[2].files;
  assert.equal(await file.blob.text(), "abc");
});

test("a tab that closes amid an answer leaves it stopped in the others", async () => {
  here.send("two");
  await called(2);
  await until(() => !isIdle(there) && messages(there).length === 4);
  here.part();
  await until(() => isIdle(there));
  assert.deepEqual(told(there).at(-1), ["", "stopped"]);
});
