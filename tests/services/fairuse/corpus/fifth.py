"""The fifth corpus: programs as an examiner would disguise them, with tools that are described."""

import tomllib
from collections.abc import Iterator
from typing import Any

from tests.services.fairuse.corpus import BETWEEN, FOLDER, LOOK_ALIKES, Sample

HALVES = ("one", "two")
# Of each kind of tool: a name that nobody would look for, its parameters, and what it is for.
KINDS = {
    "read": ("peek", "where,span", "Return what a file in the workspace contains."),
    "view": ("glance", "where", "Show an image or a file."),
    "edit": ("amend", "where,was,now", "Replace a passage of a file by another one."),
    "replace": ("swap", "where,was,now", "Find a text in a file and replace it."),
    "edits": ("amend_all", "where,pairs", "Make several edits to one file."),
    "rewrite": ("redo", "where,all", "Replace the whole contents of a file."),
    "write": ("put", "where,all", "Create a file with these contents."),
    "run": ("perform", "line,place", "Run a command in the shell of the user's machine."),
    "search": ("seek", "what,place", "Search the codebase for something."),
    "grep": ("sift", "what,place", "Search the contents of files with a regular expression."),
    "glob": ("names", "what", "Find files by a glob pattern."),
    "find": ("names", "what", "Find files of the project by their path."),
    "list": ("shelf", "place", "List the files of a directory."),
    "tree": ("branches", "place", "Show the tree of directories."),
    "check": ("complaints", "where", "Get errors and warnings of the compiler or linter."),
    "plan": ("agenda", "items", "Keep a list of the steps of the task."),
    "done": ("finale", "outcome", "Tell that the task is finished, with its result."),
    "ask": ("query", "what", "Ask the user a question."),
}
OTHER = ("extra", "what", "Do something else.")


def programs(half: str) -> Iterator[tuple[str, Sample]]:
    """Every program of a half in every form, with the form's name."""
    declared = tomllib.loads((FOLDER / f"hidden_{half}.toml").read_text())["program"]
    for program in declared:
        for number, (form, body, headers) in enumerate(_forms(program)):
            endpoint, sent = body(number)
            yield form, Sample(f"{program['app']}: {form}", endpoint, sent, headers)


def pupils(half: str) -> Iterator[Sample]:
    """Every ordinary request of a half."""
    for number, line in enumerate((FOLDER / f"pupils_{half}.txt").read_text().splitlines()):
        if line.startswith("# H"):
            continue
        said, user, tools, headers = line.replace("\\n", "\n").split("|")
        sent = dict(pair.split("=", 1) for pair in BETWEEN.split(headers) if pair)
        known = [(name, "what", "Do this.") for name in tools.split()]
        yield Sample(f"line {number + 1}: {line[:60]}", *body(0, said, user, known), sent)


def _forms(program: dict[str, Any]) -> Iterator[tuple[str, Any, dict[str, str]]]:
    said, user, new = program["said"], program["user"], program["reworded"]
    headers = dict(it.split("=", 1) for it in BETWEEN.split(program["headers"]) if it)
    tools, others = _tools(program["tools"])

    def form(name: str, text: str, known: list[Any], sent: dict[str, str]) -> Any:
        return name, lambda turn: body(turn, text, user, known), sent

    if headers:
        yield form("headers alone", "Help with what is asked.", [], headers)
    if not said:
        return
    name = program["app"].split()[0]
    renamed = said.replace(name, "Nova").replace(name.lower(), "nova")
    yield form("as it is", said, tools, headers)
    yield form("without headers", said, tools, {})
    yield form("renamed", renamed, tools, {})
    yield form("renamed, without tools", renamed, [], {})
    yield form("reworded, without tools", new, [], {})
    yield form("look-alikes", said.translate(LOOK_ALIKES).replace(" ", "  "), tools, {})
    yield form("zero-width", "\u200b".join(said), [], {})
    if tools:
        yield form("reworded", new, tools, {})
        yield form("reworded, tools renamed", new, others, {})
        yield form("renamed, tools renamed", renamed, others, {})


def _tools(declared: str) -> tuple[list[Any], list[Any]]:
    own, others = list[Any](), list[Any]()
    for kind, name in (it.split("=") for it in declared.split()):
        other, parameters, about = KINDS.get(kind, OTHER)
        own.append((name, parameters, about))
        others.append((other, parameters, about))
    return own, others


def _schema(parameters: str) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in parameters.split(",")}
    return {"type": "object", "properties": properties}


def body(turn: int, said: str, user: str, tools: list[Any]) -> tuple[str, dict[str, Any]]:
    flat = [{"name": it[0], "description": it[2], "parameters": _schema(it[1])} for it in tools]
    functions = {"tools": [{"type": "function", "function": it} for it in flat]} if flat else {}
    asked = {"role": "user", "content": user}
    if turn % 4 == 1:
        known = {"tools": [{"type": "function", **it} for it in flat]} if flat else {}
        return "/responses", {"instructions": said, "input": user, **known}
    if turn % 4 == 2:
        known = {"tools": [_of_messages(it) for it in flat]} if flat else {}
        return "/messages", {"system": said, "messages": [asked], "max_tokens": 99, **known}
    if turn % 4 == 3:
        parts = [{"type": "text", "text": said}]
        first = {"role": "developer", "content": parts}
        return "/chat/completions", {"messages": [first, asked], **functions}
    system = [{"role": "system", "content": said}] if said else []
    return "/chat/completions", {"messages": [*system, asked], **functions}


def _of_messages(it: dict[str, Any]) -> dict[str, Any]:
    about = it["description"]
    return {"name": it["name"], "description": about, "input_schema": it["parameters"]}
