"""The library of code examples: every program that a page, the docs or a file of ours shows.

The programs are files in `programs/<example>/`, with places like `{{base}}` in them; each runs as
it stands once `AI_KEY` is set. Where there is only a `request.json`, the call with curl is made
from it. A new file is a new tab: `python_openai.py` is Python with the package openai.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from hcai_app.docs.examples.table import NO_KEY, TABLE, ExampleEntry

Language = Literal["curl", "python", "javascript"]

FOLDER = Path(__file__).parent / "programs"
REQUEST = "request.json"
CURL = "curl.sh"
PLACE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Program:
    """One example in one language; `text` has its places still in it."""

    language: Language
    client: str  # the package that it uses; "" for none
    title: str  # of its tab
    needs: str  # the line that installs what it needs; "" for nothing
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One use of the API, as equivalent programs."""

    name: str
    title: str
    method: str
    endpoint: str  # below /proxy/v1, with its places
    needs_key: bool
    body: str | None  # the JSON that it sends, with its places, where it sends one
    programs: tuple[Program, ...]

    def program(self, language: Language, client: str = "") -> Program:
        """Return the program in a language, with a certain client.

        Raises:
            KeyError: When there is none.
        """
        for program in self.programs:
            if (program.language, program.client) == (language, client):
                return program
        raise KeyError(f"{self.name} has no program in {language} with {client or 'no client'}")


# File of a program -> how it is shown, in the order of the tabs.
FILES: dict[str, tuple[Language, str, str, str]] = {
    "python_openai.py": ("python", "openai", "Python · openai", "pip install openai"),
    "python_openrouter.py": (
        "python",
        "openrouter",
        "Python · openrouter",
        "pip install openrouter",
    ),
    "python_anthropic.py": ("python", "anthropic", "Python · anthropic", "pip install anthropic"),
    "python_discord.py": (
        "python",
        "discord.py",
        "Python · discord.py",
        "pip install discord.py openai",
    ),
    "python.py": ("python", "", "Python", ""),
    "python_requests.py": ("python", "requests", "Python · requests", "pip install requests"),
    "javascript_openai.mjs": ("javascript", "openai", "JavaScript · openai", "npm install openai"),
    "javascript_openrouter.mjs": (
        "javascript",
        "openrouter",
        "JavaScript · @openrouter/sdk",
        "npm install @openrouter/sdk",
    ),
    "javascript_anthropic.mjs": (
        "javascript",
        "anthropic",
        "JavaScript · @anthropic-ai/sdk",
        "npm install @anthropic-ai/sdk",
    ),
    "javascript_ai.mjs": (
        "javascript",
        "ai",
        "JavaScript · AI SDK",
        "npm install ai @ai-sdk/openai",
    ),
    "javascript.mjs": ("javascript", "", "JavaScript", ""),
}


def filled(program: Program, places: Mapping[str, str]) -> str:
    """Return a program's text with the values of its places."""
    return fill(program.text, places)


def fill(text: str, places: Mapping[str, str]) -> str:
    """Fill the known places of a text; other braces stay."""
    return PLACE.sub(lambda place: places.get(place[1], place[0]), text)


def _example(entry: ExampleEntry) -> Example:
    request = FOLDER / entry.name / REQUEST
    body = request.read_text().strip() if request.exists() else None
    programs = tuple(_programs(entry, body))
    return Example(
        entry.name,
        entry.title,
        entry.method,
        entry.endpoint,
        entry.key != NO_KEY,
        body,
        programs,
    )


def _programs(entry: ExampleEntry, body: str | None) -> Iterator[Program]:
    folder = FOLDER / entry.name
    if (folder / CURL).exists():
        yield Program("curl", "", "curl", "", (folder / CURL).read_text().strip())
    elif entry.is_for_curl:
        yield Program("curl", "", "curl", "", _curl(entry, body))
    for name, shown in FILES.items():
        if (folder / name).exists():
            yield Program(*shown, (folder / name).read_text().strip())


def _curl(entry: ExampleEntry, body: str | None) -> str:
    """Return the call with curl; a stream is printed unbuffered."""
    is_stream = body is not None and json.loads(body).get("stream") is True
    lines = [f"curl{' -N' if is_stream else ''} {{{{base}}}}{entry.endpoint}"]
    if entry.key != NO_KEY:
        lines.append('-H "Authorization: Bearer $AI_KEY"')
    if body is not None:
        indented = body.replace("\n", "\n  ")
        lines += ['-H "Content-Type: application/json"', f"-d '{indented}'"]
    return " \\\n  ".join(lines)


EXAMPLES: Mapping[str, Example] = MappingProxyType({entry.name: _example(entry) for entry in TABLE})
