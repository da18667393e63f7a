// How near texts are to each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "../../../hcai_app/ui/islands/playground/similarity.mjs";

test("similarity is the cosine", () => {
  const rows = table([
    [1, 0],
    [0, 2],
    [3, 3],
  ]);
  const thousandths = rows.map((row) => row.map((value) => Math.round(value * 1000)));
  assert.deepEqual(thousandths, [
    [1000, 0, 707],
    [0, 1000, 707],
    [707, 707, 1000],
  ]);
});
