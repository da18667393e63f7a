"""All style sheets are on all pages: what one page's sheet says must not hurt another page."""

import re

from hcai_app.hcai_app import STYLES
from tests.harness.processes import ROOT

SHARED = {"fonts", "base", "site"}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SELECTORS = re.compile(r"([^{}]+)\{")
CLASS = re.compile(r"\.([a-z][\w-]*)")


def opening_classes(name: str) -> set[str]:
    """The classes by which the sheet's selectors begin."""
    text = COMMENT.sub("", (ROOT / f"assets/{name}.css").read_text())
    selectors = [one for group in SELECTORS.findall(text) for one in group.split(",")]
    return {match[1] for one in selectors if "@" not in one and (match := CLASS.search(one))}


def test_no_two_pages_sheets_style_the_same_class() -> None:
    owners: dict[str, list[str]] = {}
    for name in STYLES:
        if name not in SHARED:
            for found in opening_classes(name):
                owners.setdefault(found, []).append(name)
    assert {found: names for found, names in owners.items() if len(names) > 1} == {}
