// Conversations in links.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { asTree, threadOf } from "../../../hcai_app/ui/islands/playground/conversations.mjs";
import {
  asOwn,
  packed,
  read,
  sharedOf,
  unpacked,
} from "../../../hcai_app/ui/islands/playground/share.mjs";
import { CONVERSATION } from "./examples.mjs";

const SAID = [
  { id: "q", role: "user", text: "Grüße 😀" },
  { id: "a", role: "assistant", text: "Hello.", model: "a/chat" },
];
const TALK = asTree({ ...CONVERSATION, settings: { system: "Be brief." }, messages: SAID });

test("a link brings request and answers", async () => {
  const fragment = await packed(sharedOf(TALK, true));
  assert.match(fragment, /^[\w-]+=*$/);
  const shared = await unpacked(fragment);
  assert.deepEqual(
    shared.messages.map(({ text }) => text),
    ["Grüße 😀", "Hello."],
  );
  assert.equal(shared.settings.system, "Be brief.");
});

test("a question without its answer is written, and not sent", async () => {
  const { draft, messages } = asOwn(await unpacked(await packed(sharedOf(TALK, false))));
  assert.equal(draft.text, "Grüße 😀");
  assert.deepEqual(messages, []);
});

test("what was shared becomes a branch of one's own", () => {
  const { messages } = asOwn(read(JSON.stringify(sharedOf(TALK, true))));
  const thread = threadOf({ messages, chosen: {} });
  assert.deepEqual(
    thread.map(({ role }) => role),
    ["user", "assistant"],
  );
});

test("what is too long is no link", async () => {
  const noise = Array.from({ length: 20_000 }, () => Math.random().toString(36)).join("");
  const long = { ...TALK, messages: [{ ...TALK.messages[0], text: noise }] };
  assert.equal(await packed(sharedOf(long, true)), "");
});

const BROKEN = ["", "x", "{}", "[]", '{"hcai":1}', '{"hcai":1,"messages":7}', "null"];
for (const text of BROKEN)
  test(`a broken paste is nothing: ${text}`, async () => {
    assert.equal(read(text), null);
    assert.equal(await unpacked(btoa(text)), null);
  });

test("a link that is longer than any of ours is not unpacked", async () => {
  const noise = Array.from({ length: 2_000 }, () => Math.random().toString(36)).join("");
  const shared = sharedOf({ ...TALK, messages: [{ ...TALK.messages[0], text: noise }] }, true);
  const link = deflateRawSync(JSON.stringify(shared)).toString("base64url");
  assert.equal(await unpacked(link), null);
});

test("of a stranger's paste only plain values are taken", () => {
  const settings = { system: "Hi", evil: { a: 1 } };
  const shared = read(
    JSON.stringify({ hcai: 1, settings, messages: [{ role: "system", text: 1 }] }),
  );
  assert.deepEqual(shared.settings, { system: "Hi" });
  assert.deepEqual(shared.messages, []);
});
