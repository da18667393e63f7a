// Conversations as files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asJson, asMarkdown } from "../../../assets/play/conversations.mjs";
import { PDF, question, TALK } from "./examples.mjs";

test("a conversation is taken along", () => {
  const talk = {
    ...TALK,
    title: "Raccoons",
    createdMs: 0,
    settings: { system: "Be brief." },
    messages: [question("hi", PDF), { role: "assistant", model: "a/chat", text: "Hello." }],
  };
  assert.equal(
    asMarkdown(talk),
    "# Raccoons\n\n> Be brief.\n\n## You\n\n*a.pdf*\n\nhi\n\n## a/chat\n\nHello.\n",
  );
  assert.ok(asJson(talk).includes('"content": "Hello."'));
});
