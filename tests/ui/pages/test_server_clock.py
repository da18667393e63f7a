"""The server's clock as the pages know it (assets/server-clock.mjs), run by Node."""

import pytest

from tests.harness.node import evaluate

SCRIPT = """
const own = 1_000_000_000_000;
Date.now = () => own;
return given.map((apart) => {
  module.hear(apart === null ? undefined : own + apart);
  return module.serverNow() - own;
});
"""


@pytest.mark.parametrize(
    ("told", "apart"),
    [
        ([], []),
        ([3_600_000, 3_601_000], [3_600_000, 3_601_000]),
        ([-3_600_000, -3_599_000], [-3_600_000, -3_599_000]),
        ([5_000, 4_000, None, 5_000], [5_000] * 4),
    ],
)
def test_the_newest_moment_that_was_told_counts(told: list[int | None], apart: list[int]):
    assert evaluate("server-clock.mjs", SCRIPT, told) == apart
