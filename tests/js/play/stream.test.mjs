// How the playground reads the stream of an answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventReader, NOTHING, take } from "../../../hcai_app/ui/islands/playground/answers.mjs";
import { PIXEL } from "./examples.mjs";

const EVENTS = [
  ": a comment\n\n",
  'data: {"choices":[{"delta":{"reasoning":"Hm. "}}],"model":"m"}\r\n\r\n',
  'data: {"choices":[{"delta":{"content":"Grüße "}}]}\n\n',
  `data: {"choices":[{"delta":{"content":"😀","images":[{"image_url":{"url":"${PIXEL}"}},`,
  '{"image_url":{"url":"https://evil.test/x.png"}}]}}]}\n\n',
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,',
  '"cost":0.00021}}\n\n',
  "data: [DONE]\n\n",
].join("");

// The same numbers below a limit in each run.
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

// Between characters, not between the halves of one: a decoder comes before the reader.
function cutAnywhere(below) {
  const text = [...EVENTS];
  const cuts = Array.from({ length: below(61) }, () => below(text.length));
  const ends = [...cuts, text.length].sort((one, other) => one - other);
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end).join(""));
}

function read(pieces) {
  const reader = new EventReader();
  const chunks = pieces.flatMap((piece) => reader.push(piece));
  return { count: chunks.length, answer: chunks.reduce(take, NOTHING) };
}

test("a stream may be cut anywhere", () => {
  const below = numbers(5);
  const [first, ...others] = Array.from({ length: 200 }, () => read(cutAnywhere(below)));
  for (const { answer } of [first, ...others]) {
    answer.images = answer.images.map(({ type, size }) => [type, size]);
  }
  for (const other of others) assert.deepEqual(other, first);
  assert.equal(first.count, 5);
  const { text, reasoning, finish, images, usage } = first.answer;
  assert.deepEqual([text, reasoning, finish], ["Grüße 😀", "Hm. ", "stop"]);
  assert.deepEqual(images, [["image/png", 8]]);
  assert.deepEqual([usage.total, usage.cost], [5, 0.00021]);
});

test("an error amid a stream is the answer's", () => {
  const error = { code: 502, message: "It broke." };
  const chunk = { error, choices: [{ delta: { content: "" } }] };
  const answer = take({ ...NOTHING, text: "So" }, chunk);
  assert.deepEqual([answer.text, answer.error.message], ["So", "It broke."]);
});
