// How near texts are to each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { comparison } from "../../../hcai_app/ui/islands/playground/similarity.mjs";

test("similarity is the cosine", () => {
  const vectors = [
    [1, 0],
    [0, 2],
    [3, 3],
  ];
  const data = vectors.map((embedding, index) => ({ index, embedding }));
  const { rows, nearest, numbers } = comparison(["a", "b", "c"], data.reverse());
  const thousandths = rows.map(({ cells }) => cells.map((value) => Math.round(value * 1000)));
  assert.deepEqual(thousandths, [
    [1000, 0, 707],
    [0, 1000, 707],
    [707, 707, 1000],
  ]);
  assert.deepEqual([nearest.one, nearest.other, numbers], ["a", "c", 2]);
});

test("a text without any direction is near to nothing", () => {
  const data = [
    { index: 0, embedding: [0, 0] },
    { index: 1, embedding: [1, 0] },
  ];
  assert.deepEqual(comparison(["", "b"], data).rows[0].cells, [0, 0]);
});
