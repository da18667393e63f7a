"""Why a body cannot be read, in one plain sentence, with what to do."""

import re

from hcai_app.api.proxy.body_bounds import Body

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Enough of a body to see what it is.
HEAD = 1024
# Around the place where the decoder stopped.
NEAR = 40
_UTF_16 = re.compile(rb"\s*(?:\xff\xfe|\xfe\xff|\0[^\0]|[^\0]\0)")
_PAIR = r"[\w.\-\[\]%+]+=[^&]*"
_FORM = re.compile(rf"{_PAIR}(?:&{_PAIR})*&?\Z".encode())
_MULTIPART = re.compile(rb"--[^\r\n]+\r?\n(?i:content-disposition:)")
_GZIP = b"\x1f\x8b"
_QUOTES = re.compile("[\u2018-\u201f\u00ab\u00bb]")
_BYTE = re.compile(r"\(byte (\d+)\)")
_PYTHON = re.compile(rb"\b(?:True|False|None)\b")
# An escaped lone surrogate.
HALF_A_PAIR = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB]..\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)
# No more of an invalid body is searched for one.
MAX_SEARCHED = 1024 * 1024

EMPTY = "The body is empty: send the request as JSON."
MARK = (
    "The body begins with a byte order mark: save the file as UTF-8 without BOM (in PowerShell 7: "
    "`Set-Content -Encoding utf8NoBOM`)."
)
UTF_16 = (
    "The body is UTF-16, as Windows PowerShell writes files: save it as UTF-8, without a byte "
    "order mark."
)
SINGLE_QUOTE = (
    "The body begins with a single quote, which cmd.exe does not take away: put the JSON into a "
    "file and send it with `--data-binary @file.json`."
)
FORM = (
    "The body looks like form fields: send JSON, such as `json={…}` in Python's requests, or "
    "`JSON.stringify(…)` in JavaScript."
)
MULTIPART = (
    "The body looks like an uploaded form (multipart): send JSON; files go into it as data URLs."
)
GZIP = "The body is compressed: send it as plain JSON."
NO_UTF_8 = "The body is not UTF-8 at byte {at} (it may be Latin-1): send it as UTF-8."
NOT_JSON = "The body is not valid JSON: "
CUT = "it ends too early: a bracket or a quote is missing"
BARE_NAMES = (
    "names need double quotes. The shell may have taken them away: put the JSON into a file and "
    "send it with `--data-binary @file.json`"
)


def explain(error: Exception, body: Body) -> str:
    """Return what is wrong with a body that the decoder refused, and what to do."""
    head = bytes(body[:HEAD])
    return _looks_like(head) or _not_utf_8(error) or NOT_JSON + _reason(error, body) + "."


def _looks_like(head: bytes) -> str | None:
    """Return what a body is that is no JSON from its beginning on."""
    start = head.lstrip()
    if not start:
        return EMPTY
    if head.startswith(BYTE_ORDER_MARK):
        return MARK
    if _UTF_16.match(head):
        return UTF_16
    if start.startswith(b"'"):
        return SINGLE_QUOTE
    if start.startswith(_GZIP):
        return GZIP
    if _MULTIPART.match(start):
        return MULTIPART
    return FORM if _FORM.match(start) else None


def _not_utf_8(error: Exception) -> str | None:
    if not isinstance(error, UnicodeDecodeError):
        return None
    is_cut = error.reason == "unexpected end of data"
    return f"{NOT_JSON}{CUT}." if is_cut else NO_UTF_8.format(at=error.start)


def _reason(error: Exception, body: Body) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if HALF_A_PAIR.search(body, 0, MAX_SEARCHED):
        return "half of a surrogate pair, as when a text is cut within an emoji"
    text = str(error)
    if text == "Input data was truncated":
        return CUT
    return _at(text, body) or text.removeprefix("JSON is malformed: ")


def _at(text: str, body: Body) -> str | None:
    """Return what is wrong where the decoder stopped, if that is a known mistake."""
    found = _BYTE.search(text)
    at = int(found[1]) if found else 0
    near = bytes(body[at : at + NEAR])
    where = f"(byte {at})"
    if "trailing comma" in text:
        return f"there is a comma after the last value {where}: take it away"
    if _QUOTES.match(near.decode(errors="replace")):
        return f"there is a curly quote {where}: write straight double quotes"
    if near.startswith(b"'"):
        return (
            f"there is a single quote {where}: JSON has double quotes. In Python, "
            "send `json.dumps(…)` or `json=…`, not `str(…)`"
        )
    if _PYTHON.match(near):
        return f"it has Python's True, False or None {where}: send `json.dumps(…)` or `json=…`"
    if near[:2] in (b"//", b"/*") or near.startswith(b"#"):
        return f"there is a comment {where}: JSON has none"
    if "object keys must be strings" in text:
        return f"{BARE_NAMES} {where}"
    return None
