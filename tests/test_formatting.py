"""Numbers as people read them."""

import pytest
from limits import parse

from hcai_app import formatting
from hcai_app.money import NANO


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1k"),
        (1_234, "1.2k"),
        (12_345, "12k"),
        (999_400, "999k"),
        (999_600, "1M"),
        (5_640_000, "5.6M"),
        (2_000_000_000, "2B"),
    ],
)
def test_tokens_are_short(number: int, shown: str) -> None:
    assert formatting.tokens(number) == shown


@pytest.mark.parametrize(
    ("nanousd", "shown"),
    [
        (0, "$0"),
        (1, "<$0.000001"),
        (21_000, "$0.000021"),
        (4_200_000, "$0.0042"),
        (4_000_000, "$0.004"),
        (50_000_000, "$0.05"),
        (100_000_000, "$0.10"),
        (999_900_000, "$1.00"),
        (NANO, "$1.00"),
        (1_234_500_000_000, "$1,234.50"),
        (-4_200_000, "-$0.0042"),
    ],
)
def test_dollars_show_what_tells_something(nanousd: int, shown: str) -> None:
    assert formatting.usd(nanousd) == shown


@pytest.mark.parametrize(
    ("nanousd", "shown"), [(4 * NANO, "$4"), (2_500_000_000, "$2.50"), (50_000_000, "$0.05")]
)
def test_whole_dollars_need_no_cents(nanousd: int, shown: str) -> None:
    assert formatting.usd_short(nanousd) == shown


def test_dollars_can_be_exact() -> None:
    assert formatting.usd_exact(21) == "$0.000000021"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (0, "0 ms"),
        (340, "340 ms"),
        (1_240, "1.2 s"),
        (59_999, "60 s"),
        (60_000, "1 min"),
        (125_000, "2 min 5 s"),
    ],
)
def test_durations_have_the_unit_that_fits(number: int | None, shown: str) -> None:
    assert formatting.ms(number) == shown


def test_a_share_that_is_not_nothing_is_not_told_as_nothing() -> None:
    shown = [formatting.percent(part, 1_000) for part in (0, 1, 10, 426, 1_000)]
    assert shown == ["0%", "<1%", "1%", "43%", "100%"]
    assert formatting.percent(0, 0) == "0%"


def test_counts_and_moments() -> None:
    assert formatting.count(1_234_567) == "1,234,567"
    assert formatting.counted(1, "call") == "1 call"
    assert formatting.counted(1_234, "call") == "1,234 calls"
    assert formatting.moment(1_700_000_000_123) == "14 Nov 2023, 22:13:20 UTC"
    assert formatting.day(1_700_000_000_123) == "14 Nov 2023"


@pytest.mark.parametrize(
    ("seconds", "told", "bare"),
    [
        (1_800, "30 minutes", "30 minutes"),
        (3_600, "an hour", "hour"),
        (60, "a minute", "minute"),
        (90, "90 seconds", "90 seconds"),
    ],
)
def test_a_window_is_told_in_its_largest_unit(seconds: int, told: str, bare: str) -> None:
    limit = parse(f"150/{seconds} seconds")
    assert formatting.window(limit, article=True) == told
    assert formatting.window(limit) == bare
