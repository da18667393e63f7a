"""The fourth corpus: programs in the forms in which they come, and students, in every dialect.

Half two of each was written before its writer touched a rule, and is never edited to fit one.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from tests.services.fairuse.corpus import BETWEEN, FOLDER, Sample

HALVES = ("one", "two")
# What somebody sets who takes a program's own headers away.
INNOCENT = {"user-agent": "OpenAI/JS 5.12.0", "x-title": "My homework"}
NEUTRAL = "Help with what is asked."
# Forms of which one call tells little: they are counted apart.
RARE = ("in the user's turn", "in a sentence, without tools")
_DECLARED = re.compile(r"([^\s(]+)\(([^)]*)\)|(\S+)")
_NAMES = re.compile(
    r"Claude Code|Cline|OpenHands|goose|Crush|Cursor|Droid|Factory|Plandex|Kiro|Open Interpreter"
    r"|Bolt\b|Augment Agent|Augment Code|Cody|Amp\b|Sourcegraph|Codex|Roo\b|OpenCode|Cascade"
    r"|Windsurf|GitHub Copilot|Qwen Code|Warp|gptme|Devika|AutoGPT|Lovable|v0\b|Junie|Tabnine"
    r"|PearAI|Refact|Tabby(?:ML)?|Kimi CLI|Anthropic|Vercel|Alibaba Group|Block"
    r"|Square, CashApp, and Tidal"
)
Shape = Callable[[str, str, list[str]], tuple[str, dict[str, Any]]]
Form = tuple[str, str, str, list[str], dict[str, str]]


def programs(half: str) -> Iterator[Sample]:
    """Every program of a half in every form, each form in the dialects by turns."""
    declared = tomllib.loads((FOLDER / f"programs_{half}.toml").read_text())["program"]
    turn = 0
    for program in declared:
        for name, said, user, tools, headers in _forms(program):
            shapes = list(SHAPES if not tools else DECLARING)
            shape = shapes[turn % len(shapes)]
            endpoint, body = SHAPES[shape](said, user, tools)
            yield Sample(f"{program['app']}: {name}, {shape}", endpoint, body, headers)
            turn += 1


def students(half: str) -> Iterator[Sample]:
    """Every ordinary request of a half in every dialect."""
    for number, line in enumerate((FOLDER / f"students_{half}.txt").read_text().splitlines()):
        if line.startswith("# H"):
            continue
        said, user, tools, headers = line.replace("\\n", "\n").split("|")
        sent = dict(pair.split("=", 1) for pair in BETWEEN.split(headers) if pair)
        for shape, make in SHAPES.items():
            endpoint, body = make(said, user, _split(tools))
            yield Sample(f"line {number + 1}, {shape}: {line[:60]}", endpoint, body, sent)


def _split(tools: str) -> list[str]:
    return [found[0] for found in _DECLARED.finditer(tools)]


def _forms(program: dict[str, Any]) -> Iterator[Form]:
    said, user, headers = program["said"], program["user"], program["headers"]
    tools, others = program["tools"], program["renamed"]
    yield "by its headers alone", NEUTRAL, user, [], headers
    if not said:
        return
    yield "as it is", said, user, tools, headers
    yield "without headers", said, user, tools, {}
    new = _NAMES.sub("Nova", said)
    yield "renamed", new, user, tools, INNOCENT
    yield "renamed, without tools", new, user, [], {}
    yield "reworded, without tools", program["reworded"], user, [], INNOCENT
    if tools:
        yield "reworded", program["reworded"], user, tools, INNOCENT
        yield "reworded, tools renamed", program["reworded"], user, others, {}
        yield "in a sentence", program["brief"], user, tools, INNOCENT
        yield "in a sentence, tools renamed", program["brief"], user, others, {}
        yield "renamed, tools renamed", new, user, others, {}
    yield "in a sentence, without tools", program["brief"], user, [], {}
    yield "in the user's turn", "", f"{new}\n\n{user}", [], {}


def _declared(tools: list[str]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (found[1] or found[3], _schema(found[2])) for found in map(_DECLARED.match, tools) if found
    ]


def _schema(parameters: str | None) -> dict[str, Any]:
    names = [name for name in (parameters or "").split(",") if name]
    properties = {name: {"type": "string", "description": "…"} for name in names}
    return {"type": "object", "properties": properties, "required": names[:1]}


def _chat(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    system = [{"role": "system", "content": said}] if said else []
    body: dict[str, Any] = {"messages": [*system, {"role": "user", "content": user}]}
    functions = [
        {"type": "function", "function": {"name": name, "description": "…", "parameters": schema}}
        for name, schema in _declared(tools)
    ]
    return "/chat/completions", body | ({"tools": functions} if functions else {})


def _responses(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": user}]}
    flat = [
        {"type": "function", "name": name, "parameters": schema}
        for name, schema in _declared(tools)
    ]
    said_first = {"instructions": said} if said else {}
    return "/responses", {**said_first, "input": [asked], **({"tools": flat} if flat else {})}


def _messages(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": user}], "max_tokens": 99}
    if said:
        body["system"] = [{"type": "text", "text": said}]
    known = [{"name": name, "input_schema": schema} for name, schema in _declared(tools)]
    return "/messages", body | ({"tools": known} if known else {})


def _completions(said: str, user: str, _tools: list[str]) -> tuple[str, dict[str, Any]]:
    prompt = f"{said}\n\nUser: {user}\nAssistant:" if said else user
    return "/completions", {"prompt": prompt}


DECLARING: dict[str, Shape] = {"chat": _chat, "responses": _responses, "messages": _messages}
SHAPES: dict[str, Shape] = {**DECLARING, "completions": _completions}
