// The server's clock as the pages know it.
import assert from "node:assert/strict";
import { test } from "node:test";

const OWN = 1_000_000_000_000;
const MOMENTS = [
  [[], []],
  [
    [3_600_000, 3_601_000],
    [3_600_000, 3_601_000],
  ],
  [
    [-3_600_000, -3_599_000],
    [-3_600_000, -3_599_000],
  ],
  [
    [5_000, 4_000, undefined, 5_000],
    [5_000, 5_000, 5_000, 5_000],
  ],
];
const AGO = {
  "just now": 59_999,
  "1 minute ago": 60_000,
  "59 minutes ago": 3_599_999,
  "1 hour ago": 3_600_000,
  "23 hours ago": 86_399_999,
  yesterday: 86_400_000,
  "2 days ago": 172_800_000,
};
test("how long ago something was is said in words", async (context) => {
  context.mock.method(Date, "now", () => OWN);
  const { ago } = await import("../../hcai_app/ui/islands/server-clock.mjs?case=ago");
  for (const [words, past] of Object.entries(AGO)) assert.equal(ago(OWN - past), words);
  assert.equal(ago(OWN + 5_000), "just now");
});

for (const [place, [told, apart]] of MOMENTS.entries())
  test(`the newest moment that was told counts: ${JSON.stringify(told)}`, async (context) => {
    context.mock.method(Date, "now", () => OWN);
    // The query gives each case a clock that has heard nothing yet.
    const clock = await import(`../../hcai_app/ui/islands/server-clock.mjs?case=${place}`);
    const known = told.map((ms) => {
      clock.hear(ms === undefined ? undefined : OWN + ms);
      return clock.serverNow() - OWN;
    });
    assert.deepEqual(known, apart);
  });
