"""Where settings come from: `.env` and the environment, and what is wrong with their names."""

import codecs
import difflib
import io
from collections.abc import Collection, Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

DOTENV = Path(".env")
OURS = "HCAI_"
# So alike are two names of which one is the other, mistyped.
ALIKE = 0.83
# What many programs take for the way out of their network.
PROXIES = ("https_proxy", "http_proxy", "all_proxy")
QUOTES = ("'", '"')
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class UnreadableError(Exception):
    """`.env` cannot be read; the message says how to mend it."""


def read_dotenv() -> dict[str, str]:
    """Return the variables of `.env`, if there is one.

    Raises:
        UnreadableError: When it is not UTF-8, or a line is no NAME=value.
    """
    if not DOTENV.exists():
        return {}
    text = _text()
    for line in parse_stream(io.StringIO(text)):
        if line.error:
            at = line.original.line + line.original.string.count(
                "\n", 0, _blank(line.original.string)
            )
            raise UnreadableError(
                f".env: line {at} cannot be read: write NAME=value, quotes closed"
            )
    values = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in values.items() if value is not None}


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip())


def _text() -> str:
    try:
        raw = DOTENV.read_bytes()
    except OSError as error:
        raise UnreadableError(f".env cannot be read: {error.strerror}") from error
    if raw.startswith(UTF16_MARKS) or b"\0" in raw:
        raise UnreadableError(".env is not UTF-8, it looks like UTF-16: save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f".env is not UTF-8 in line {line}: save it as UTF-8") from error


def unknown_names(names: Collection[str], known: Collection[str]) -> list[str]:
    """Name those that claim to be ours and are not, each with the nearest right one."""
    found: list[str] = []
    for name in sorted(names):
        if name.upper().startswith(OURS) and name not in known:
            near = difflib.get_close_matches(name.upper(), known, 1, 0)
            found.append(f"{_shown(name)} is not a setting; the nearest is {near[0]}")
    return found


def mistyped_names(names: Collection[str], known: Collection[str]) -> list[str]:
    """Name those that look like one of ours that is not there, each with the right one."""
    missing = [name for name in known if name not in names]
    found: list[str] = []
    for name in sorted(names):
        if name in known or name.upper().startswith(OURS):
            continue
        if near := difflib.get_close_matches(name.upper(), missing, 1, ALIKE):
            found.append(f"{_shown(name)} is not a setting: write {near[0]}, if you meant that")
    return found


def unused_proxies(variables: Mapping[str, str]) -> list[str]:
    """Name the proxies of the environment: calls go to the provider directly, or not at all."""
    return [
        f"{_shown(name)} is set, and calls to the provider do not use it: let this host reach them"
        " directly, or point OPENROUTER_BASE_URL at a reverse proxy"
        for name, value in sorted(variables.items())
        if name.lower() in PROXIES and value.strip()
    ]


def misquoted_values(variables: Mapping[str, str]) -> dict[str, str]:
    """Name the variables whose value cannot be meant, whatever they are for."""
    problems: dict[str, str] = {}
    for name, value in variables.items():
        if len(value) > 1 and value[0] in QUOTES and value[0] == value[-1]:
            problems[name] = "it is in quotes, which `docker --env-file` keeps: write it without"
        elif any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
            problems[name] = "it is not UTF-8: write it in UTF-8"
    return problems


def _shown(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:80]
