"""Every stylesheet and page names fonts that are there; the names change with the files."""

import re
from pathlib import Path

import pytest

from hcai_app.ui.components.chrome import PRELOADED_FONTS

FONT = re.compile(r"/fonts/([\w.-]+\.woff2)")
SHEETS = [*Path("assets").glob("*.css"), *Path("hcai_app").rglob("*.css")]
HERE = {path.name for path in Path("assets/fonts").glob("*.woff2")}


@pytest.mark.parametrize("sheet", SHEETS, ids=str)
def test_a_stylesheet_names_fonts_that_are_there(sheet: Path):
    assert set(FONT.findall(sheet.read_text())) <= HERE


def test_what_is_fetched_first_is_all_there_is():
    assert {f"{name}.woff2" for name in PRELOADED_FONTS} == HERE
