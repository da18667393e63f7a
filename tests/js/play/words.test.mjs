// Figures in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { usd } from "../../../hcai_app/ui/islands/playground/words.mjs";

const MONEY = [
  [0, "$0"],
  [0.0000004, "<$0.000001"],
  [0.000214, "$0.00021"],
  [0.05, "$0.05"],
  [0.1, "$0.10"],
  [4, "$4.00"],
];
for (const [cost, text] of MONEY)
  test(`dollars are readable: ${text}`, () => {
    assert.equal(usd(cost), text);
  });

test("a run panel tells a cost to a hundredth of it", () => {
  assert.equal(usd(0.000017549, 3), "$0.0000175");
  assert.equal(usd(0.1234, 3), "$0.123");
});
