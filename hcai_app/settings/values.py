"""How the text of a setting becomes its value; what is wrong is told as what to write."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from limits import RateLimitItem, parse_many
from pydantic import PlainValidator, SecretStr

MAX_RATE = 1_000_000
MAX_RATE_PERIOD_S = 366 * 24 * 3600
# What a placeholder of our own files looks like.
PLACEHOLDER = "YOUR_"
YES = ("true", "1", "yes", "on", "y", "t")
NO = ("false", "0", "no", "off", "n", "f")


def odd_character(text: str) -> str | None:
    """Return the first character that is not printable ASCII, or a space, as it shall be shown."""
    odd = next((sign for sign in text if not "!" <= sign <= "~"), None)
    return None if odd is None else repr(odd) if odd.isprintable() else ascii(odd)


def choice(*values: str) -> Callable[[str], str]:
    """Return the reader of a setting with few values."""

    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"write {', '.join(values[:-1])} or {values[-1]}")
        return text

    return read


def read_truth(text: str) -> bool:
    """Read true or false."""
    if text.lower() not in (*YES, *NO):
        raise ValueError("write true or false")
    return text.lower() in YES


def number(low: str, high: str, *, is_whole: bool) -> Callable[[str], Decimal]:
    """Return the reader of a number between two bounds."""
    kind = "a whole number" if is_whole else "a number"

    def read(text: str) -> Decimal:
        try:
            value = Decimal(text)
            fits = Decimal(low) <= value <= Decimal(high)
        except InvalidOperation:  # no number, or NaN
            fits, value = False, Decimal(0)
        if not fits or (is_whole and value != value.to_integral_value()):
            raise ValueError(f"write {kind} from {low} to {Decimal(high):,}")
        return value

    return read


def whole(low: int, high: int) -> Any:
    """Return the validator of a whole number between two bounds."""
    read = number(str(low), str(high), is_whole=True)
    return PlainValidator(lambda text: int(read(text)))


def seconds(low: str, high: str) -> Any:
    """Return the validator of seconds, parts of one included."""
    read = number(low, high, is_whole=False)
    return PlainValidator(lambda text: float(read(text)))


def read_rate(text: str) -> RateLimitItem:
    """Read a rate like 150/30 minutes."""
    try:
        (rate,) = parse_many(text)
    except ValueError as error:
        raise ValueError("write it like 150/30 minutes") from error
    if not 1 <= rate.amount <= MAX_RATE or rate.get_expiry() > MAX_RATE_PERIOD_S:
        raise ValueError(f"write 1 to {MAX_RATE:,} calls in at most a year, like 150/30 minutes")
    return rate


def split_list(text: str) -> list[str]:
    """Split a comma list; spaces around its parts do not count."""
    return [part.strip() for part in text.split(",") if part.strip()]


def read_names(text: str) -> list[str]:
    """Read a comma list of ids."""
    names = split_list(text)
    for name in names:
        if odd := odd_character(name):
            raise ValueError(f"it has the character {odd}: write ids with commas between them")
        if name[0] in "\"'[":
            raise ValueError(f"it has the character {name[0]}: write ids with commas, no quotes")
    return names


def read_key(text: str) -> SecretStr:
    """Read what is sent in a header: a key, a token, a client's id or secret."""
    if odd := odd_character(text):
        raise ValueError(f"it has the character {odd}: write the whole value, as it was given")
    if PLACEHOLDER in text:
        raise ValueError("it is the example's placeholder: write your own")
    return SecretStr(text)


def is_host(host: str | None) -> bool:
    """Return whether this is the name or address of a host."""
    return bool(host and re.fullmatch(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+", host))


Names = Annotated[list[str], PlainValidator(read_names)]
Rate = Annotated[RateLimitItem, PlainValidator(read_rate)]
Truth = Annotated[bool, PlainValidator(read_truth)]
Key = Annotated[SecretStr, PlainValidator(read_key)]
ClientId = Annotated[str, PlainValidator(lambda text: read_key(text).get_secret_value())]
Dollars = Annotated[Decimal, PlainValidator(number("0", "1000000", is_whole=False))]
