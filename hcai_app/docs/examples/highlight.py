"""Highlights code with Pygments when a page is made, so that no highlighter is in the bundle."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

from pygments.lexer import Lexer, bygroups, using
from pygments.lexers.data import JsonLexer
from pygments.lexers.javascript import JavascriptLexer
from pygments.lexers.python import PythonLexer
from pygments.lexers.shell import BashLexer, PowerShellLexer
from pygments.token import Keyword, Name, Operator, String, Text

# Placeholder of the server's address.
ORIGIN = "{origin}"
# What the lexers see in its place: in a shell and in Python's strings braces mean something.
STAND_IN = "x" * len(ORIGIN)
PLAIN = ""

Part = tuple[str, str]


class _CurlLexer(BashLexer):
    """A shell's lexer that knows the flags of a command and the JSON that it sends."""

    tokens: ClassVar = {
        **BashLexer.tokens,
        "basic": [
            (r"\\\n", Text),
            (r"(?<=\s)--?[A-Za-z][\w-]*", Name.Attribute),
            (r"(')([{\[][^']*)(')", bygroups(Text, using(JsonLexer), Text)),
            *BashLexer.tokens["basic"],
        ],
    }


LEXERS: dict[str, type[Lexer]] = {
    "curl": _CurlLexer,
    "bash": _CurlLexer,
    "powershell": PowerShellLexer,
    "python": PythonLexer,
    "javascript": JavascriptLexer,
}
# Kind of token -> the class of its color; subkinds have their kind's color, the first wins.
COLORS = {
    Name.Tag: "key",
    Name.Attribute: "flag",
    String: "str",
    Keyword.Constant: PLAIN,
    Keyword: "word",
    Operator.Word: "word",
}


def parts_of(text: str, language: str) -> list[Part]:
    """Return the pieces of the text in order, each with the class of its color.

    Without a language of its own it is lexed as JSON: an answer, or an event with one.
    """
    lexer = LEXERS.get(language, JsonLexer)()
    tokens = lexer.get_tokens_unprocessed(text.replace(ORIGIN, STAND_IN))
    colored = [(_color(kind), text[at : at + len(value)]) for at, kind, value in tokens]
    return [part for part in _with_keys(_joined(colored)) if part[1]]


def html_of(text: str, language: str, origin: str) -> str:
    """Return the text as HTML, its colors as classes, with `origin` in its places."""
    return "".join(
        _marked(color, piece.replace(ORIGIN, origin)) for color, piece in parts_of(text, language)
    )


def _marked(color: str, text: str) -> str:
    return f'<span class="{color}">{escape(text)}</span>' if color else escape(text)


def _color(kind: Any) -> str:
    return next((color for wide, color in COLORS.items() if kind in wide), PLAIN)


def _joined(parts: list[Part]) -> list[Part]:
    runs = groupby(parts, key=itemgetter(0))
    return [(color, "".join(text for _, text in run)) for color, run in runs]


def _with_keys(parts: list[Part]) -> Iterator[Part]:
    """Give quoted keys of dicts and objects the color of JSON's names."""
    following = [text for _, text in parts[1:]] + [""]
    for (color, text), after in zip(parts, following, strict=True):
        is_key = color == "str" and after.startswith(":")
        yield ("key" if is_key else color), text
