"""Instructions in one of the plain encodings that models read as well as people read letters."""

import binascii
import re
from urllib.parse import unquote

MAX_LOOKED_AT, MAX_ENCODED = 2_000, 24_000
# An encoded text is longer than two strides, so that one step at least is without a space.
STEP, STRIDE = 40, 160
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{40,}(?:\s[A-Za-z0-9+/_-]{20,})*")
_URL_SAFE = str.maketrans("-_", "+/", " \r\n\t")
# So many escapes in a step mean that a text is written in them.
ESCAPES = 3


def read(text: str) -> str:
    """Return what a text says when it is encoded; itself when it is not."""
    for at in range(0, min(len(text), MAX_LOOKED_AT) - STEP, STRIDE):
        if text.find(" ", at, at + STEP) < 0 and (step := text[at : at + STEP]).isascii():
            return _read_dense(text, step)
    return text


def _read_dense(text: str, step: str) -> str:
    if step.count("%20") >= ESCAPES:
        return unquote(text)
    found = _BASE64.search(text, 0, MAX_ENCODED)
    return (found and _decoded(found[0].translate(_URL_SAFE))) or text


def _decoded(encoded: str) -> str | None:
    data = binascii.a2b_base64(encoded[: len(encoded) // 4 * 4])
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
