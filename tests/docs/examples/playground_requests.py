"""What the playground would send next, made by its own modules under Node, and its code views."""

import json
import re
from typing import Any

from hcai_app.api import request_program
from hcai_app.docs.examples.library import Language
from hcai_app.ui.islands.playground.settings import SETTINGS, table
from tests.harness import scripts

REQUESTS = """
return { mark: request.MARK, ...request.requestOf({ ...given.state, table: given.table }) };
"""
LANGUAGES: tuple[Language, ...] = ("curl", "python", "javascript")


def shown(base: str, files: dict[str, str], **state: Any) -> dict[str, Any]:
    """Return the kind, the body that is sent and the programs for a state of the page.

    `files` are the data URLs of what is attached, by name.
    """
    beginning = {
        "mode": "chat",
        "embedder": "qwen/qwen3-embedding-8b",
        "texts": [],
        "moderator": "omni-moderation-latest",
        "checked": "",
    }
    given = {"table": table(), "state": {**beginning, **state}}
    asked = scripts.run({"request": "request.mjs"}, REQUESTS, given)
    wanted = [json.dumps({**asked, "language": language}).encode() for language in LANGUAGES]
    programs = [request_program.program(it, base) for it in wanted]
    return {
        "kind": asked["kind"],
        "sent": _sent(asked["body"], asked["mark"], files),
        "programs": dict(zip(LANGUAGES, programs, strict=True)),
    }


def _sent(body: dict[str, Any], mark: str, files: dict[str, str]) -> dict[str, Any]:
    """Return a body with the data URLs of its files, which tests write beside the programs."""
    text = json.dumps(body)
    for name, url in files.items():
        place = re.compile(f'"{mark}\\S+ {re.escape(name)}"')
        text = place.sub(json.dumps(url), text)
    return json.loads(text)


def every_setting() -> dict[str, Any]:
    """Return a value for each setting of a model that takes them all, and what it must take."""
    value = {"choice": lambda it: it.choices[-1][0], "text": lambda _: "it's the END"}
    plain = [it for it in SETTINGS if it.takes and it.kind != "json"]
    settings = {it.name: value.get(it.kind, lambda it: it.min + it.step)(it) for it in plain}
    return {
        "parameters": sorted({name for it in plain for name in it.takes}),
        "settings": settings,
    }
