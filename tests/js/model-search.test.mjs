// The search of the list of models.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as search from "../../assets/model-search.mjs";

const COMMON = { line: "", inputs: ["text"], outputs: ["text"], isFree: false };
const FIRST = { id: "a/first", name: "First", maker: "Acme", cost: 3, dearest: 2 };
const FREE = { id: "b/free", name: "Zero", maker: "Bolt", cost: 0, dearest: 0, isFree: true };
const EYES = { id: "c/eyes", name: "Eyes 10", maker: "Cube", cost: 0.5, dearest: 0.4 };
const ROUTER = { id: "d/router", name: "Eyes 9", maker: "Dyne", cost: null, dearest: null };
const MODELS = search.prepared([
  { ...COMMON, ...FIRST, context: 32_000, created: 4 },
  { ...COMMON, ...FREE, context: 128_000, created: 2, line: "Sings a song." },
  {
    ...COMMON,
    ...EYES,
    context: 1_048_576,
    created: 3,
    inputs: ["text", "image"],
    outputs: ["image"],
  },
  { ...COMMON, ...ROUTER, context: 8_000, created: 1 },
]);
const FOUND = [
  ["", "abcd"],
  ["?q=eyes", "cd"],
  ["?q=BOLT+song", "b"],
  ["?q=song+acme", ""],
  ["?out=image", "c"],
  ["?in=image", "c"],
  ["?price=free", "b"],
  ["?price=1", "bc"],
  ["?context=128000", "bc"],
  ["?sort=price", "bcad"],
  ["?sort=context", "cbad"],
  ["?sort=newest", "acbd"],
  ["?sort=name", "dcab"],
  ["?q=eyes&sort=name", "dc"],
];
for (const [address, letters] of FOUND)
  test(`what is chosen is found in order: ${address}`, () => {
    const found = search.find(MODELS, search.fromAddress(address));
    assert.equal(found.map(({ id }) => id[0]).join(""), letters);
  });

test("the address keeps what is chosen and nothing else", () => {
  const chosen = search.fromAddress("?q=eyes&price=1&sort=name&out=nothing&evil=1");
  assert.equal(search.toAddress(chosen), "?q=eyes&price=1&sort=name");
  assert.equal(search.isFiltered(chosen), true);
});

test("an order is no filter", () => {
  const chosen = search.fromAddress("?sort=price");
  assert.equal(search.toAddress(chosen), "?sort=price");
  assert.equal(search.isFiltered(chosen), false);
});
