"""What the playground would send next, and its code views."""

import json
from typing import Any

import msgspec

from hcai_app.api import request_program
from hcai_app.api.request_program import ProgramRequest
from hcai_app.docs.examples.library import Language
from hcai_app.docs.examples.request_code import LocalFile
from hcai_app.services.models.settings import SETTINGS

EMBEDDER, MODERATOR = "qwen/qwen3-embedding-8b", "omni-moderation-latest"
LANGUAGES: tuple[Language, ...] = ("curl", "python", "javascript")


def shown(base: str, files: dict[str, str], **state: Any) -> dict[str, Any]:
    """Return the kind, the body that is sent and the programs for a state of the page.

    `files` are the data URLs of what is attached, by name.
    """
    page = {"mode": "chat", "embedder": EMBEDDER, "moderator": MODERATOR, **state}
    wanted = [json.dumps({**page, "language": language}).encode() for language in LANGUAGES]
    asked = msgspec.json.decode(wanted[0], type=ProgramRequest)
    kind, body = request_program.request_of(asked)
    programs = [request_program.program(it, base) for it in wanted]
    return {
        "kind": kind,
        "sent": _sent(body, files),
        "programs": dict(zip(LANGUAGES, programs, strict=True)),
    }


def _sent(value: Any, files: dict[str, str]) -> Any:
    """Return a body with the data URLs of its files, which tests write beside the programs."""
    if isinstance(value, LocalFile):
        return files[value.name]
    if isinstance(value, dict):
        return {name: _sent(it, files) for name, it in value.items()}
    return [_sent(it, files) for it in value] if isinstance(value, list) else value


def every_setting() -> dict[str, Any]:
    """Return a value for each setting of a model that takes them all, and what it must take."""
    value = {"choice": lambda it: it.choices[-1][0], "text": lambda _: "it's the END"}
    plain = [it for it in SETTINGS if it.takes and it.kind != "json"]
    settings = {it.name: value.get(it.kind, lambda it: it.min + it.step)(it) for it in plain}
    return {
        "parameters": sorted({name for it in plain for name in it.takes}),
        "settings": settings,
    }
