// From a conversation to the body of a request.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chatBody,
  safeName,
  tooLarge,
  unseenNote,
} from "../../../hcai_app/ui/islands/playground/request.mjs";
import { CHAT, CONVERSATION, PDF, PNG, question, TABLE } from "./examples.mjs";

const MB = 1024 * 1024;

// As it is sent: JSON, without what is undefined.
function bodyOf(messages, model, settings = {}) {
  const body = chatBody(
    { ...CONVERSATION, messages, settings },
    model,
    ({ name }) => `url of ${name}`,
    TABLE,
  );
  return JSON.parse(JSON.stringify(body));
}

test("only what the model takes is sent", () => {
  const settings = { system: " Be brief. ", temperature: 0.5, top_p: 0.1, max_tokens: 5000 };
  const body = bodyOf([question("hi")], CHAT, { ...settings, reasoning_effort: "low" });
  assert.deepEqual(body, {
    model: "a/chat",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
    ],
    stream: true,
    temperature: 0.5,
    max_tokens: 1000,
    reasoning_effort: "low",
  });
});

test("settings that make no sense are left out", () => {
  const settings = { temperature: "warm", reasoning_effort: "evil", max_tokens: "" };
  const body = bodyOf([question("hi")], CHAT, settings);
  assert.deepEqual(Object.keys(body).sort(), ["messages", "model", "stream"]);
});

test("files go with their message and their reading comes back", () => {
  const annotations = [{ type: "file", file: { hash: "h" } }];
  const body = bodyOf(
    [
      question("What is it?", PDF, PNG),
      { role: "assistant", text: "A poster.", annotations },
      question("Thanks"),
    ],
    CHAT,
  );
  assert.equal(body.messages.length, 3);
  const [first, second, third] = body.messages;
  assert.deepEqual(first.content, [
    { type: "text", text: "What is it?" },
    { type: "file", file: { filename: "a.pdf", file_data: "url of a.pdf" } },
    { type: "image_url", image_url: { url: "url of b.png" } },
  ]);
  assert.deepEqual(second, { role: "assistant", content: "A poster.", annotations });
  assert.equal(third.content, "Thanks");
  assert.ok(!("plugins" in body));
});

test("a model that reads no files gets the free parser and no pictures", () => {
  const body = bodyOf([question("What is it?", PDF, PNG)], {
    ...CHAT,
    inputs: ["text"],
    takes: [PDF.type],
  });
  const kinds = body.messages[0].content.map(({ type }) => type);
  assert.deepEqual(kinds, ["text", "file"]);
  assert.deepEqual(body.plugins, [{ id: "file-parser", pdf: { engine: "cloudflare-ai" } }]);
});

test("what a model does not see is told and makes no empty message", () => {
  const model = { ...CHAT, name: "Chatty", inputs: ["text"], takes: [PDF.type] };
  const body = bodyOf([question("", PNG), question("And this?", PNG, PDF)], model);
  const kinds = body.messages.map(({ content }) => content.map(({ type }) => type));
  assert.deepEqual(kinds, [["text", "file"]]);
  assert.equal(unseenNote([PNG, PDF], model), "Chatty does not see b.png.");
});

test("without streaming the code shows a whole answer, and a picture is one anyway", () => {
  assert.ok(!("stream" in bodyOf([question("hi")], CHAT, { stream: false })));
  const painter = { ...CHAT, outputs: ["image"] };
  assert.equal(bodyOf([question("hi")], painter, { stream: false }).stream, true);
});

test("a drawn picture goes back with the next words", () => {
  const model = { ...CHAT, kind: "image", outputs: ["image", "text"], parameters: [] };
  const drawn = { role: "assistant", text: "Here.", images: [PNG] };
  const messages = [question("A raccoon"), drawn, question("Bluer")];
  const body = bodyOf(messages, model, { aspect_ratio: "16:9" });
  assert.deepEqual(body.modalities, ["image", "text"]);
  assert.deepEqual(body.image_config, { aspect_ratio: "16:9" });
  assert.equal(body.messages.at(-1).content[1].image_url.url, "url of b.png");
});

test("failed answers are not sent", () => {
  const failed = { role: "assistant", text: "" };
  const body = bodyOf([question("hi"), failed, question("hello?")], CHAT);
  const roles = body.messages.map(({ role }) => role);
  assert.deepEqual(roles, ["user", "user"]);
});

const SIZES = [
  [[10], ""],
  [[65], "f0.pdf is 65 MB. The most that fits into a request is 47 MB"],
  [[30, 30], "The files of this conversation are 60 MB."],
];
for (const [sizes, reason] of SIZES)
  test(`files that do not fit are refused before they are sent: ${sizes} MB`, () => {
    const files = sizes.map((size, at) => ({ ...PDF, name: `f${at}.pdf`, size: size * MB }));
    const told = tooLarge(files, 64 * MB);
    assert.ok(told.startsWith(reason), told);
    assert.equal(Boolean(told), Boolean(reason));
  });

const NAMES = [
  ["poster.pdf", "poster.pdf"],
  ["-rf `id` $HOME.pdf", "rf _id_ _HOME.pdf"],
  ["../../etc/passwd", "_.._etc_passwd"],
  ["naïve 猫.pdf", "naïve 猫.pdf"],
  ["\u202efdp.exe", "_fdp.exe"],
  ["---", "file"],
];
for (const [name, safe] of NAMES)
  test(`names of files are made plain: ${JSON.stringify(name)}`, () => {
    assert.equal(safeName(name), safe);
  });

test("names of files are different", () => {
  assert.equal(safeName("a.pdf", ["a.pdf", "a-2.pdf"]), "a-3.pdf");
});

test("tools and a schema go as the API takes them", () => {
  const tool = { type: "function", function: { name: "roll", parameters: {} } };
  const schema = { name: "answer", schema: {} };
  const settings = { tools: JSON.stringify([tool]), schema: JSON.stringify(schema) };
  const able = { ...CHAT, parameters: ["tools", "structured_outputs"] };
  const body = bodyOf([question("hi")], able, settings);
  assert.deepEqual(body.tools, [tool]);
  assert.deepEqual(body.response_format, { type: "json_schema", json_schema: schema });
  assert.ok(!("tools" in bodyOf([question("hi")], able, { tools: "[] of" })));
});
