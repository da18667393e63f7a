// Markdown cut into blocks that are drawn one by one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf } from "../../../assets/play/blocks.mjs";

const FENCED = "```python\nprint(1)\n\nprint(2)\n```";
const LEADS = "[it]: https://x.test";
const LISTED = "1. one\n\n2. two\n\n   still two\n\n- three";

const TEXTS = [
  ["One.\n\nTwo.", ["One.", "Two."]],
  [`So:\n\n${FENCED}\n\nDone.`, ["So:", FENCED, "Done."]],
  ["~~~\n```\n\nx\n~~~\n\ny", ["~~~\n```\n\nx\n~~~", "y"]],
  [`${LISTED}\n\nEnd`, [LISTED, "End"]],
  ["```\nopen\n\nstill", ["```\nopen\n\nstill"]],
  [`See [It].\n\n${LEADS}`, [`${LEADS}\n\nSee [It].`, LEADS]],
  [`No link.\n\n${LEADS}\n[b]: /b`, ["No link.", `${LEADS}\n[b]: /b`]],
  [`~~~\n${LEADS}\n~~~\n\n[it]`, [`~~~\n${LEADS}\n~~~`, "[it]"]],
  [`[it]\n${LEADS}\n\n[it]`, [`[it]\n${LEADS}`, "[it]"]],
  ["See.[^1]\n\nMore.\n\n[^1]: It.", ["See.[^1]\n\nMore.\n\n[^1]: It."]],
];
for (const [text, blocks] of TEXTS)
  test(`Markdown is cut where blocks end: ${JSON.stringify(text)}`, () => {
    const found = blocksOf(text).map((block) => block.trimEnd());
    assert.deepEqual(found, blocks);
  });

test("growing text changes only its last blocks", () => {
  const text = `# A\n\n${FENCED}\n\n${LISTED}\n\nA paragraph\nof two lines.\n\nEnd.`;
  const stages = Array.from(text, (_, end) => blocksOf(text.slice(0, end + 1)));
  for (const [at, stage] of stages.entries()) {
    const before = at === 0 ? [] : stages[at - 1].slice(0, -2);
    assert.deepEqual(stage.slice(0, before.length), before);
  }
});

test("a link told at the end redraws only the blocks that ask for it", () => {
  const text = `See [it].\n\n${"Words.\n\n".repeat(9000)}${LEADS}`;
  const [before, after] = [text.slice(0, -1), text].map(blocksOf);
  const redrawn = after.flatMap((block, at) => (block === before[at] ? [] : [at]));
  assert.deepEqual(redrawn, [0, 9001]);
});
