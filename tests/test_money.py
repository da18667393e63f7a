from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app import money


@given(st.integers(-money.MAX_NANOUSD, money.MAX_NANOUSD))
def test_an_amount_comes_back_exactly(nanousd: int) -> None:
    assert money.to_nanousd(money.to_usd(nanousd)) == nanousd
    assert money.to_nanousd(money.to_text(nanousd)) == nanousd


@pytest.mark.parametrize(
    ("nanousd", "text"),
    [(0, "0"), (21_000, "0.000021"), (4_000_000_000, "4"), (10**11, "100"), (-1, "-0.000000001")],
)
def test_dollars_are_written_plainly(nanousd: int, text: str) -> None:
    assert money.to_text(nanousd) == text


@pytest.mark.parametrize("usd", ["0.0000000005", Decimal("5e-10"), 5e-10])
def test_half_a_nano_dollar_is_rounded_up(usd: Decimal | str | float) -> None:
    assert money.to_nanousd(usd) == 1


@pytest.mark.parametrize("usd", ["", "x", "NaN", "Infinity", float("-inf"), "1,5", "$1"])
def test_what_is_no_amount_is_refused(usd: str | float) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        money.to_nanousd(usd)


@pytest.mark.parametrize("usd", ["1e30", "1e999999", "1e99999999999", 10**30])
def test_a_broken_figure_fits_into_its_column_all_the_same(usd: str) -> None:
    assert money.to_nanousd(usd) == money.MAX_NANOUSD
    assert money.to_nanousd(f"-{usd}") == -money.MAX_NANOUSD
