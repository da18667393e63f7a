// The search of the docs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { find, prepared } from "../../assets/docs-find.mjs";

const ENTRIES = prepared([
  { anchor: "start", chapter: "Quick start", title: "Quick start", text: "Ask, stream." },
  { anchor: "chat-streaming", chapter: "Chat", title: "Streaming", text: "Word by word." },
  { anchor: "chat-tools", chapter: "Chat", title: "Tools", text: "A model calls (yours)." },
  { anchor: "errors-402", chapter: "Errors", title: "402: no budget", text: "Tomorrow." },
]);
const SEARCHES = [
  ["stream", ["chat-streaming", "start"]],
  ["CHAT tools", ["chat-tools"]],
  ["budget", ["errors-402"]],
  ["tomorrow errors", ["errors-402"]],
  ["(yours)", ["chat-tools"]],
  ["zebra", []],
  ["  ", []],
];
for (const [query, anchors] of SEARCHES)
  test(`headings come before texts and every word counts: ${JSON.stringify(query)}`, () => {
    const found = find(ENTRIES, query).map(({ anchor }) => anchor);
    assert.deepEqual(found, anchors);
  });

test("what was looked for is marked where it stands", () => {
  const found = find(ENTRIES, "word streaming");
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].snippet, [
    ["Word", true],
    [" by ", false],
    ["word", true],
    [".", false],
  ]);
});
