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
