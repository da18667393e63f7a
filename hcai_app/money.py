"""Money: integer nano-dollars (10⁻⁹ USD) inside, decimal US dollars at the edges."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NANO = 1_000_000_000
# A larger amount from the provider is invalid; the sum of a thousand of these fits a column.
MAX_NANOUSD = 2**53
MAX_USD = Decimal(MAX_NANOUSD) / NANO


def to_nanousd(usd: Decimal | str | float) -> int:
    """Return nano-dollars of an amount in dollars.

    Raises:
        ValueError: When the amount is no finite number.
    """
    try:
        amount = usd if isinstance(usd, Decimal) else Decimal(str(usd))
    except InvalidOperation as error:
        raise ValueError(f"not an amount of money: {usd!r}") from error
    if not amount.is_finite():
        raise ValueError(f"not an amount of money: {usd!r}")
    if not -MAX_USD < amount < MAX_USD:
        return MAX_NANOUSD if amount > 0 else -MAX_NANOUSD
    return int((amount * NANO).to_integral_value(ROUND_HALF_UP))


def to_usd(nanousd: int) -> Decimal:
    """Return the exact amount in dollars."""
    return Decimal(nanousd) / NANO


def to_text(nanousd: int) -> str:
    """Return dollars as plain decimal text without trailing zeros, like 0.000021."""
    text = f"{to_usd(nanousd):.9f}".rstrip("0").rstrip(".")
    return text or "0"
