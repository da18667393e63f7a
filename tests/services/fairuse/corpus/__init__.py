"""Requests that fair use has to tell apart: agents in many forms, and what students send.

Half A was written before the first rule, half B after the last, parts C, D and E (ordinary requests
alone) later still; none is edited to fit a rule.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MODEL = "qwen/qwen3-32b"
REWORDED = "Help whoever asks with what is in this folder. Be brief, and say what you did."
INNOCENT = {"user-agent": "node", "x-title": "My homework"}
LOOK_ALIKES = str.maketrans("aeopcxyi", "аеорсхуі")
BETWEEN = re.compile(r";(?=[a-z-]+=)")
NAMES = re.compile(
    r"Cline|Roo\b|Kilo Code|OpenCode|Claude Code|Codex(?= CLI)|Zed|Copilot|Cascade|Qwen Code"
    r"|Gemini CLI|Kimi Code CLI|Crush|OpenHands|OpenClaw|Seraphina|Kaito|Luna"
    r"|goose|Trae AI|Hermes Agent|Forge|Plandex|Amp|Cody|Junie|Warp|Factory"
    r"|Buffy|Codebuff|Kiro|Droid|Grok CLI|Antigravity|Nanocoder|Augment Agent|Mistral Vibe"
)


@dataclass(frozen=True)
class Sample:
    """One request: its headers, and its body in the form of one endpoint."""

    name: str
    endpoint: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return json.dumps({"model": MODEL, **self.body}).encode()


def agents(half: str) -> Iterator[Sample]:
    """Every agent of a half in every form in which it can be told."""
    for agent in tomllib.loads((FOLDER / f"agents_{half}.toml").read_text())["agent"]:
        for form, endpoint, body, headers in _forms(agent):
            yield Sample(f"{agent['app']}: {form}", endpoint, body, headers)


def ordinary(half: str) -> Iterator[Sample]:
    """Every ordinary request of a half, as chat, and in another form by turns."""
    for number, line in enumerate((FOLDER / f"ordinary_{half}.txt").read_text().splitlines()):
        if line.startswith(("# H", "# E")):
            continue
        system, user, tools, headers = line.split("|")
        sent = dict(pair.split("=", 1) for pair in BETWEEN.split(headers) if pair)
        shapes = list(SHAPES.values())
        for shape in (shapes[0], shapes[number % len(shapes)]):
            endpoint, body = shape(system, user, tools.split())
            yield Sample(f"line {number + 1}: {line[:60]}", endpoint, body, sent)


def _forms(agent: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str]]]:
    said, user, tools = agent["instructions"], agent["user"], agent["tools"]
    if agent["headers"]:
        yield ("by its headers alone", *chat(REWORDED, user, []), agent["headers"])
        yield ("as it is", *chat(said, user, tools), agent["headers"])
    for shape, make in SHAPES.items() if said else ():
        if tools:
            yield (f"its tools, {shape}", *make(REWORDED, user, tools), INNOCENT)
        yield (f"renamed, {shape}", *make(NAMES.sub("Nova", said), user, tools), INNOCENT)
    for form, text in _disguises(said).items() if said else ():
        yield (form, *chat(text, user, []), INNOCENT)
        yield (f"{form}, without headers", *responses(text, user, []), {})
    if tools:
        moved = {"messages": _turns(f"{said}\n\n{user}"), "tools": _functions(tools)}
        yield ("moved to the user's message", "/chat/completions", moved, {})


def _disguises(said: str) -> dict[str, str]:
    return {
        "without its tools": said,
        "in capitals": said.upper() if "<" not in said else said,
        "with look-alikes": said.translate(LOOK_ALIKES) if "<" not in said else said,
        "with characters of no width": "\u200b".join(said) if "<" not in said else said,
        "with odd spaces": said.replace(" ", " \u00a0 "),
    }


def _turns(user: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": user}]


def _functions(tools: list[str]) -> list[dict[str, Any]]:
    empty = {"type": "object", "properties": {}}
    return [
        {"type": "function", "function": {"name": name, "description": "…", "parameters": empty}}
        for name in tools
    ]


def chat(
    said: str, user: str, tools: list[str], role: str = "system"
) -> tuple[str, dict[str, Any]]:
    instructions = [{"role": role, "content": said}] if said else []
    body: dict[str, Any] = {"messages": [*instructions, *_turns(user)]}
    return "/chat/completions", body | ({"tools": _functions(tools)} if tools else {})


def developer(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    return chat(said, user, tools, "developer")


def parts(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    content = [{"type": "text", "text": said, "cache_control": {"type": "ephemeral"}}]
    messages = [{"role": "system", "content": content}, *_turns(user)]
    body: dict[str, Any] = {"messages": messages, "tools": _functions(tools)}
    return "/chat/completions", body


def legacy(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    endpoint, body = chat(said, user, [])
    return endpoint, body | {"functions": [{"name": name, "parameters": {}} for name in tools]}


def responses(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    flat = [{"type": "function", "name": name, "parameters": {}} for name in tools]
    return "/responses", {"instructions": said, "input": user, "tools": flat}


def responses_input(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    first = {"role": "developer", "content": [{"type": "input_text", "text": said}]}
    asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": user}]}
    custom = [{"type": "custom", "name": name} for name in tools]
    return "/responses", {"input": [first, asked], "tools": custom}


def messages(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    declared = [{"name": name, "input_schema": {"type": "object"}} for name in tools]
    body = {"system": said, "messages": _turns(user), "max_tokens": 99, "tools": declared}
    return "/messages", body


def message_blocks(said: str, user: str, tools: list[str]) -> tuple[str, dict[str, Any]]:
    endpoint, body = messages(said, user, tools)
    first = {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.0"}
    return endpoint, body | {"system": [first, {"type": "text", "text": said}]}


SHAPES = {
    "chat": chat,
    "developer": developer,
    "parts": parts,
    "legacy functions": legacy,
    "responses": responses,
    "responses, in the input": responses_input,
    "messages": messages,
    "messages, in blocks": message_blocks,
}
