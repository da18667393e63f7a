// Conversations as files.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asJson,
  asMarkdown,
  asTree,
  threadOf,
  versionsOf,
  withMessage,
} from "../../../hcai_app/ui/islands/playground/conversations.mjs";
import { CONVERSATION, PDF, question } from "./examples.mjs";

test("a conversation is taken along", () => {
  const conversation = asTree({
    ...CONVERSATION,
    title: "Raccoons",
    createdMs: 0,
    settings: { system: "Be brief." },
    messages: [question("hi", PDF), { role: "assistant", model: "a/chat", text: "Hello." }].map(
      (it, at) => ({ id: `m${at}`, ...it }),
    ),
  });
  assert.equal(
    asMarkdown(conversation),
    "# Raccoons\n\n> Be brief.\n\n## You\n\n*a.pdf*\n\nhi\n\n## a/chat\n\nHello.\n",
  );
  assert.ok(asJson(conversation).includes('"content": "Hello."'));
});

test("what browsers kept before there were versions is one branch", () => {
  const messages = ["one", "two", "three"].map((text) => ({ id: text, text }));
  const old = { ...CONVERSATION, messages };
  const texts = threadOf(asTree(old)).map(({ text }) => text);
  assert.deepEqual(texts, ["one", "two", "three"]);
});

test("a version does not replace another", () => {
  const begun = { ...CONVERSATION, chosen: {}, title: "x" };
  const two = ["a", "b"].map((id) => ({ id, parent: "", text: id }));
  const conversation = two.reduce(withMessage, begun);
  assert.deepEqual(
    threadOf(conversation).map(({ id }) => id),
    ["b"],
  );
  assert.deepEqual(
    versionsOf(conversation, two[0]).map(({ id }) => id),
    ["a", "b"],
  );
});
