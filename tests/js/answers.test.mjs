// How the try-it panels read answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as answers from "../../hcai_app/ui/islands/playground/answers.mjs";
import * as panel from "../../hcai_app/ui/islands/playground/panel-words.mjs";

const NOON = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;
const MIDNIGHT = NOON + 12 * HOUR;

function events(...pieces) {
  const told = pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`);
  return `${told.join("")}data: [DONE]\n\n`;
}

const STREAMS = {
  chat: events(
    { choices: [{ delta: { content: "Bin " } }] },
    { choices: [{ delta: { content: "Lid" } }] },
    { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, cost: 0.001 } },
  ),
  responses: events(
    { type: "response.output_text.delta", delta: "Bin Lid" },
    { type: "response.completed", response: { usage: { total_tokens: 5, cost: 0.001 } } },
  ),
  messages: events(
    { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 0 } } },
    { type: "content_block_delta", delta: { type: "text_delta", text: "Bin Lid" } },
    { type: "message_delta", usage: { output_tokens: 2, cost: 0.001 } },
  ),
};

function read(pieces) {
  const reader = new answers.EventReader();
  return pieces.flatMap((text) => reader.push(text)).reduce(answers.take, answers.NOTHING);
}

const taken = (answer) => answers.take(answers.NOTHING, answer);

for (const [dialect, stream] of Object.entries(STREAMS))
  for (const size of [1, 7, 10_000])
    test(`streams are read however they are cut: ${dialect}, by ${size}`, () => {
      const text = `: waiting\r\n\r\n${stream}`;
      const count = Math.ceil(text.length / size);
      const known = read(
        Array.from({ length: count }, (_, at) => text.slice(at * size, (at + 1) * size)),
      );
      assert.deepEqual([known.text, known.usage.total, known.usage.cost], ["Bin Lid", 5, 0.001]);
    });

const asking = (...calls) => ({ choices: [{ delta: { tool_calls: calls } }] });

test("a call of a tool comes in pieces, whatever a provider leaves out of them", () => {
  const known = read([
    events(
      asking({ index: 0, id: "call_1", function: { name: "look_up", arguments: "" } }),
      asking({ index: 0, function: { name: null, arguments: '{"city": ' } }),
      asking({ index: 0, function: { arguments: '"Shelburne"}' } }),
      asking({ index: 0, function: null }),
      asking({ index: 0 }),
    ),
  ]);
  assert.deepEqual(known.calls, [{ name: "look_up", text: '{"city": "Shelburne"}' }]);
});

test("a stream that ends with an error tells it", () => {
  const known = read([events({ error: { code: 502, message: "Broken." } })]);
  assert.equal(known.error.message, "Broken.");
});

const WHOLE = [
  [{ choices: [{ message: { content: "Hi" } }] }, "text", "Hi"],
  [{ output: [{ content: [{ type: "output_text", text: "Hi" }] }] }, "text", "Hi"],
  [{ type: "message", content: [{ type: "text", text: "Hi" }] }, "text", "Hi"],
];
for (const [answer, field, shown] of WHOLE)
  test(`whole answers are read: ${JSON.stringify(answer)}`, () => {
    assert.deepEqual(taken(answer)[field], shown);
  });

test("a drawn picture is a file", async () => {
  const [picture] = taken({ data: [{ b64_json: "iVBO" }] }).images;
  assert.deepEqual([picture.type, picture.size], ["image/png", 3]);
  assert.equal(Buffer.from(await picture.blob.arrayBuffer()).toString("base64"), "iVBO");
});

const BODIES = [
  ['{"model": "a/b"}', ""],
  ['{"model": "a/b",\n}', "line 2"],
  ['{"model":', "end"],
];
for (const [text, problem] of BODIES)
  test(`a body is checked before it is sent: ${JSON.stringify(text)}`, () => {
    const told = panel.problemOf(text);
    assert.ok(told.includes(problem));
    assert.equal(Boolean(told), Boolean(problem));
  });

const PASSING = [
  [{ code: 402 }, {}, 0], // a budget resets when the server says so
  [{ code: 402, metadata: { resets_at: "2026-11-25T00:00:00+00:00" } }, {}, MIDNIGHT],
  [{ code: 429 }, { "retry-after": "90" }, NOON + 90_000],
  [{ code: 400 }, { "retry-after": "90" }, 0],
];
for (const [error, headers, resets] of PASSING)
  test(`an error that passes tells when: ${JSON.stringify(error)}`, () => {
    const response = { status: error.code, headers: new Headers(headers) };
    assert.equal(answers.failureOf({ error }, response, NOON).untilMs, resets);
  });

test("the raw answer is indented and pictures in it are cut", () => {
  const shown = panel.readable(JSON.stringify({ data: [{ b64_json: "x".repeat(5_000) }] }));
  assert.ok(shown.startsWith('{\n  "data"'));
  assert.ok(shown.includes("(5000 characters)"));
  assert.ok(shown.length < 300);
});

test("the true status of an answer is its error's", () => {
  const known = taken({ error: { code: 402, message: "Spent." } });
  assert.equal(answers.failureOf(known, { status: 200, headers: new Headers() }).code, 402);
});

const IDS = [
  [[{ id: "gen-1", choices: [] }, { id: "gen-2" }], "", "gen-1"],
  [[{ id: "resp_1" }], "gen-3", "gen-3"],
  [[{ type: "response.created", response: { id: "gen-4" } }], "", "gen-4"],
  [[{ id: "modr-5" }], "", ""],
  [[{ data: [] }], "", ""],
];
for (const [pieces, header, found] of IDS)
  test(`a call's id is the provider's: ${JSON.stringify(pieces)}`, () => {
    const known = pieces.reduce(answers.take, { ...answers.NOTHING, id: header });
    assert.equal(known.id, found);
  });

test("the beginning of a long answer is short", () => {
  assert.ok(panel.beginning("data: x\n\n".repeat(50_000)).length < 61_000);
});
