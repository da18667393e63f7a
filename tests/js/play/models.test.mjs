// The settings that models take.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SETTINGS } from "../../../assets/play/models.mjs";

test("ranges rest where they change nothing", () => {
  const ranges = SETTINGS.filter(({ kind }) => kind === "range");
  assert.deepEqual(Object.fromEntries(ranges.map(({ name, rest }) => [name, rest])), {
    temperature: 1,
    top_p: 1,
    min_p: 0,
    frequency_penalty: 0,
    presence_penalty: 0,
    repetition_penalty: 1,
  });
});
