"""axe-core over a page as it stands: what people with other eyes and hands would stumble over."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.harness.databases import missing
from tests.harness.processes import ROOT

SOURCE = ROOT / "tests/clients/node/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
# What a colour mode can break: the same page in other colours needs no other rule again.
COLOURS = ("color-contrast", "link-in-text-block")
# Landmarks are of moderate impact, and the dearest rule but contrast; nothing here plays by itself.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "rules": {"region": {"enabled": False}}}
RUN = """async ({ within, options }) =>
  (await axe.run(within ?? document, options)).violations.map((found) => ({
    id: found.id,
    impact: found.impact,
    where: found.nodes.map((node) => `${node.target.join(" ")} · ${node.failureSummary}`),
  }))"""


@cache
def _source(path: Path) -> str:
    if not path.exists():
        missing("axe-core, from the npm registry (make setup)")
    return path.read_text()


def violations(page: Page, *, within: str | None = None, only: tuple[str, ...] = ()) -> list[str]:
    """Return the serious and critical ones, a line each: of a part, or of some rules, if named."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_source(SOURCE))
    options = {**OPTIONS, "runOnly": only} if only else OPTIONS
    return [
        f"{found['id']}: {where}"
        for found in page.evaluate(RUN, {"within": within, "options": options})
        if found["impact"] in SERIOUS
        for where in found["where"]
    ]
