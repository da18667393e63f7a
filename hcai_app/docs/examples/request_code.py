"""A request as a program that runs as written: the body goes into a template of its language.

What was typed may hold anything, so every text is written as a literal, and templates are filled
once.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hcai_app.docs.examples import requests
from hcai_app.docs.examples.library import Language
from hcai_app.docs.examples.requests import Kind

WIDTH = 76
# A longer argument is more than a shell can pass on.
MAX_ARGUMENT = 100_000
PLACES = re.compile(r"\{(base|data|body|arguments|imports|helper)\}")
IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# Signs that nobody sees, or that turn the order of a line around: a program shows them by number.
UNSEEN = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
PYTHON_WORDS = {True: "True", False: "False", None: "None"}

Say = Callable[[Any], str]


@dataclass(frozen=True)
class LocalFile:
    """A file that lies beside the program."""

    name: str
    kind: str


@dataclass(frozen=True)
class Style:
    """How a language writes a value: its texts and constants, its members' names, its spaces."""

    say: Say
    name: Say
    step: int = 2
    pad: str = ""
    comma: str = ""


def program(kind: Kind, language: Language, *, base: str, body: dict[str, Any]) -> str:
    """Return the program that sends `body`; a `LocalFile` stands where its data URL belongs."""
    has_files = _has_files(body)
    # A picture's program in Python needs what a file's helper needs.
    needs_imports = has_files or (kind == "picture" and language == "python")
    places: dict[str, Callable[[], str]] = {
        "base": lambda: base,
        "data": lambda: _curl_data(body, has_files=has_files),
        "body": lambda: _print(body, IN_JAVASCRIPT),
        "arguments": lambda: _python_arguments(body),
        "imports": lambda: requests.IMPORTS[language] if needs_imports else "",
        "helper": lambda: requests.HELPERS[language] if has_files else "",
    }
    return PLACES.sub(lambda it: places[it[1]](), requests.TEMPLATES[kind][language])


def _has_files(value: Any) -> bool:
    inside: Any = value.values() if isinstance(value, dict) else value
    is_one = isinstance(value, LocalFile)
    return is_one or (isinstance(value, dict | list) and any(map(_has_files, inside)))


def _literal(value: Any) -> str:
    if isinstance(value, str):  # half a character is none
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = json.dumps(value, ensure_ascii=False)
    return UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def _shell_word(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _curl_data(body: dict[str, Any], *, has_files: bool) -> str:
    if has_files:
        return f"--data-binary @- <<JSON\n{_print(body, IN_HERE_DOCUMENT)}\nJSON"
    text = _print(body, AS_JSON, "  ")
    if len(text) > MAX_ARGUMENT:
        return f"--data-binary @- <<'JSON'\n{text}\nJSON"
    return f"-d {_shell_word(text)}"


def _python_arguments(body: dict[str, Any]) -> str:
    known = {name: it for name, it in body.items() if name in requests.PYTHON_ARGUMENTS}
    others = {name: it for name, it in body.items() if name not in known}
    named = {**known, "extra_body": others} if others else known
    lines = [f"    {name}={_print(it, IN_PYTHON, '    ')},\n" for name, it in named.items()]
    return "".join(lines)


def _in_here_document(value: Any) -> str:
    if isinstance(value, LocalFile):  # whose kind somebody else may have written
        kind = _in_here_document(value.kind)[1:-1]
        return f"\"data:{kind};base64,$(base64 < {_shell_word(value.name)} | tr -d '\\n')\""
    # In a here-document a shell looks at these three signs, and at nothing else.
    return re.sub(r"[\\$`]", r"\\\g<0>", _literal(value))


def _in_javascript(value: Any) -> str:
    if isinstance(value, LocalFile):
        return f"await dataUrl({_literal(value.name)}, {_literal(value.kind)})"
    # Pasted into a page, it must not end the page's script.
    return _literal(value).replace("</", "<\\/").replace("<!--", "<\\!--")


def _in_python(value: Any) -> str:
    if isinstance(value, LocalFile):
        return f"data_url({_literal(value.name)}, {_literal(value.kind)})"
    is_word = value is None or isinstance(value, bool)
    return PYTHON_WORDS[value] if is_word else _literal(value)


def _name_in_javascript(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else _in_javascript(name)


AS_JSON = Style(_literal, _literal)
IN_HERE_DOCUMENT = Style(_in_here_document, _in_here_document)
IN_JAVASCRIPT = Style(_in_javascript, _name_in_javascript, pad=" ", comma=",")
IN_PYTHON = Style(_in_python, _literal, step=4, comma=",")


def _print(value: Any, style: Style, indent: str = "") -> str:
    """Write a value: on one line where it fits, else each member on its own."""
    inner = indent + " " * style.step
    if isinstance(value, dict):
        named: dict[str, Any] = value
        each = [f"{style.name(name)}: {_print(it, style, inner)}" for name, it in named.items()]
        return _joined(each, "{}", style, indent)
    if isinstance(value, list):
        listed: list[Any] = value
        return _joined([_print(it, style, inner) for it in listed], "[]", style, indent)
    return style.say(value)


def _joined(members: list[str], ends: str, style: Style, indent: str) -> str:
    if not members:
        return ends
    space = style.pad if ends == "{}" else ""
    line = ends[0] + space + ", ".join(members) + space + ends[1]
    if len(indent) + len(line) <= WIDTH and "\n" not in line:
        return line
    inner = indent + " " * style.step
    lines = ",\n".join(inner + member for member in members)
    return f"{ends[0]}\n{lines}{style.comma}\n{indent}{ends[1]}"
