"""What the playground would send next, made by its own modules under Node, and its code views."""

from typing import Any

from hcai_app.docs.examples.library import Language
from hcai_app.ui.islands.playground import code
from hcai_app.ui.islands.playground.settings import SETTINGS, table
from tests.harness import scripts

PROGRAMS = """
return given.asked.map(({ state, base }) => {
  // A file is read from beside the program: what is sent holds its bytes, which tests write there.
  const { kind, body } = request.requestOf({ ...state, table: given.table });
  const sent = JSON.parse(JSON.stringify(body, (_, value) =>
    given.files[typeof value === "string" && code.fileOf(value)?.name] ?? value));
  const programs = Object.fromEntries(given.languages.map((language) =>
    [language, code.program(given.code, kind, language, { base, body })]));
  return { kind, sent, programs };
});
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
    given = {
        "table": table(),
        "asked": [{"state": {**beginning, **state}, "base": base}],
        "files": files,
        "languages": LANGUAGES,
        "code": code(),
    }
    (told,) = scripts.run({"code": "request-code.mjs", "request": "request.mjs"}, PROGRAMS, given)
    return told


def every_setting() -> dict[str, Any]:
    """Return a value for each setting of a model that takes them all, and what it must take."""
    value = {"choice": lambda it: it.choices[-1][0], "text": lambda _: "it's the END"}
    plain = [it for it in SETTINGS if it.takes and it.kind != "json"]
    settings = {it.name: value.get(it.kind, lambda it: it.min + it.step)(it) for it in plain}
    return {
        "parameters": sorted({name for it in plain for name in it.takes}),
        "settings": settings,
    }
