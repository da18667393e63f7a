"""Money: integer nano-dollars (10⁻⁹ USD) inside, decimal US dollars at the edges."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NANO = 1_000_000_000
# The largest amount that a column holds; more is a broken figure of the provider's.
MAX_NANOUSD = 2**62


def to_nanousd(usd: Decimal | str | float) -> int:
    """Return nano-dollars of an amount in dollars.

    Raises:
        ValueError: When the amount is no finite number.
    """
    try:
        exact = Decimal(str(usd)) * NANO
        amount = int(exact.to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"not an amount of money: {usd!r}") from error
    return max(-MAX_NANOUSD, min(amount, MAX_NANOUSD))


def to_usd(nanousd: int) -> Decimal:
    """Return the exact amount in dollars."""
    return Decimal(nanousd) / NANO


def to_text(nanousd: int) -> str:
    """Return dollars as plain decimal text without trailing zeros, like 0.000021."""
    text = f"{to_usd(nanousd):.9f}".rstrip("0").rstrip(".")
    return text or "0"
