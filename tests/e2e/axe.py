"""axe-core over a page as it stands: what people with other eyes and hands would stumble over."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.harness.databases import missing
from tests.harness.processes import ROOT

SOURCE = ROOT / "tests/clients/node/node_modules/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
RUN = """async () =>
  (await axe.run(document, {resultTypes: ["violations"]})).violations.map((found) => ({
    id: found.id,
    impact: found.impact,
    where: found.nodes.map((node) => `${node.target.join(" ")} · ${node.failureSummary}`),
  }))"""


@cache
def _source(path: Path) -> str:
    if not path.exists():
        missing("axe-core, from the npm registry (make setup)")
    return path.read_text()


def violations(page: Page) -> list[str]:
    """Return the serious and critical ones, a line each."""
    page.evaluate(_source(SOURCE))
    return [
        f"{found['id']}: {where}"
        for found in page.evaluate(RUN)
        if found["impact"] in SERIOUS
        for where in found["where"]
    ]
