// Conversations as files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asJson, asMarkdown } from "../../../assets/play/conversations.mjs";
import { CONVERSATION, PDF, question } from "./examples.mjs";

test("a conversation is taken along", () => {
  const conversation = {
    ...CONVERSATION,
    title: "Raccoons",
    createdMs: 0,
    settings: { system: "Be brief." },
    messages: [question("hi", PDF), { role: "assistant", model: "a/chat", text: "Hello." }],
  };
  assert.equal(
    asMarkdown(conversation),
    "# Raccoons\n\n> Be brief.\n\n## You\n\n*a.pdf*\n\nhi\n\n## a/chat\n\nHello.\n",
  );
  assert.ok(asJson(conversation).includes('"content": "Hello."'));
});
