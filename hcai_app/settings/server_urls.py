"""What the addresses of both servers, database and Redis, have in common."""

import difflib
import re
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, unquote, urlsplit

from hcai_app.settings.values import PLACEHOLDER


def refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that nobody reads, with the nearest that somebody does.

    Raises:
        ValueError: When there is one.
    """
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.75)
            hint = f"write {near[0]}, or leave it out" if near else "leave it out"
            raise ValueError(f"its option {_shown(name)} is not known here: {hint}")


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:40] or "without a name"


def split_server(text: str, example: str) -> SplitResult:
    """Split the address of a server.

    Raises:
        ValueError: When it is none, or has signs that a password must encode.
    """
    odd = next((sign for sign in text if not sign.isprintable() or sign.isspace()), None)
    if odd is not None or not unquote(text).isprintable():
        raise ValueError(f"it has the character {odd!a}: write {example}")
    if PLACEHOLDER in text:
        raise ValueError("it is the example's placeholder: write your own")
    for sign, is_there in _SIGNS.items():
        if is_there(text):
            raise ValueError(
                f"it has a bare {sign}: in a user or password write it as %{ord(sign):02X}"
            )
    try:
        place = urlsplit(text)
        has_port = not place.netloc.endswith(":") and (place.port is None or place.port > 0)
    except ValueError:
        has_port = False
    else:
        if has_port:
            return place
    raise ValueError(
        f"its port is no number from 1 to 65535: write {example}; "
        "in a password : / ? # and @ are written %3A %2F %3F %23 %40"
    )


def _authority(text: str) -> str:
    return re.split("[/?#]", text.partition("://")[2], maxsplit=1)[0]


def _ends_in_password(text: str) -> bool:
    """Return whether what should be a host and its port looks like a user and a password."""
    return ":" in _authority(text) and "@" not in _authority(text)


# A sign -> whether it stands where only an encoded one may.
_SIGNS: dict[str, Callable[[str], bool]] = {
    "#": lambda text: "#" in text,
    "@": lambda text: _authority(text).count("@") > 1,
    "/": lambda text: _ends_in_password(text) and "@" in text.partition("?")[0],
    "?": lambda text: _ends_in_password(text) and "@" in text.partition("?")[2],
    "[": lambda text: "[" in _authority(text).rpartition("@")[0],
}
