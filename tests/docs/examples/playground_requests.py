"""What the playground would send next, made by its own modules under Node, and its code views.

The modules of its page bring packages along, React before all, which are not needed to make a
request: they are left out.
"""

import json
from typing import Any

from hcai_app.docs.examples.library import Language
from hcai_app.ui.islands.playground import code
from tests.harness import scripts
from tests.harness.processes import ROOT

ASSETS = ROOT / "assets"
MAKER = "function requestOf("

HOOKS = """
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
const NAMED = /import\\s*\\{([^}]*)\\}\\s*from\\s*"[^."][^"]*";/g;
const WHOLE = /import\\s+(\\w+)\\s+from\\s*"[^."][^"]*";/g;
const LEFT_OUT = "{ memo: (it) => it }";
export async function load(url, context, next) {
  if (!url.endsWith(".jsx")) return next(url, context);
  const text = readFileSync(fileURLToPath(url), "utf8");
  const bare = text
    .replace(NAMED, (_, names) => `const {${names.replaceAll(" as ", ": ")}} = ${LEFT_OUT};`)
    .replace(WHOLE, "const $1 = null;");
  const source = bare.includes(MAKER) ? `${bare}\\nexport { requestOf as maker };` : bare;
  return { format: "module", source, shortCircuit: true };
}
"""
PROGRAMS = """
const { register } = await import("node:module");
register(`data:text/javascript,${encodeURIComponent(given.hooks)}`);
const { maker } = await import(given.maker);
return given.asked.map(({ state, base }) => {
  // A file is read from beside the program: what is sent holds its bytes, which tests write there.
  const { kind, body } = maker(state);
  const sent = JSON.parse(JSON.stringify(body, (_, value) =>
    value instanceof code.FileUrl ? given.files[value.name] : value));
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
    (made,) = [path for path in ASSETS.rglob("*.*s*") if is_maker(path)]
    beginning = {
        "mode": "chat",
        "draft": {"text": "", "files": []},
        "embedder": "qwen/qwen3-embedding-8b",
        "texts": [],
        "moderator": "omni-moderation-latest",
        "checked": "",
    }
    given = {
        "hooks": f"const MAKER = {json.dumps(MAKER)};{HOOKS}",
        "maker": made.as_uri(),
        "asked": [{"state": {**beginning, **state}, "base": base}],
        "files": files,
        "languages": LANGUAGES,
        "code": code(),
    }
    (told,) = scripts.run({"code": "request-code.mjs"}, PROGRAMS, given)
    return told


def is_maker(path: Any) -> bool:
    return path.suffix in (".mjs", ".jsx") and MAKER in path.read_text()


def every_setting() -> dict[str, Any]:
    """Return a value for each setting of a model that takes them all, and what it must take."""
    script = """
    const { SETTINGS } = models;
    const value = ({ kind, min, step, choices }) =>
      kind === "choice" ? choices.at(-1)[0] : kind === "text" ? given : min + step;
    return {
      parameters: [...new Set(SETTINGS.flatMap(({ takes }) => takes))],
      settings: Object.fromEntries(SETTINGS.map((it) => [it.name, value(it)])),
    };
    """
    return scripts.run({"models": "play/models.mjs"}, script, "it's the END")
