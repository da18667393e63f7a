import itertools
import math
import re
from pathlib import Path

import pytest

from hcai_app.services.models import colors
from hcai_app.ui import theme
from tests.harness.processes import ROOT

TEXTS = ("text", "text-soft", "muted", "link", "code-key", "code-text", "code-flag")
SHEETS = [*ROOT.glob("assets/*.css"), *ROOT.glob("hcai_app/**/*.css")]
GROUNDS = ("ground", "raised", "sunken")


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_is_readable_on_every_ground(mode: dict[str, str], text: str, ground: str):
    assert contrast(mode[text], mode[ground]) >= 4.5


@pytest.mark.parametrize("mode", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["action", "action-hover"])
def test_the_primary_action_is_readable(mode: dict[str, str], ground: str):
    assert contrast(mode["on-action"], mode[ground]) >= 4.5


def test_both_modes_have_the_same_tokens():
    assert theme.DARK.keys() == theme.LIGHT.keys()


MODES = pytest.mark.parametrize("mode", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
CHART = [*(f"chart-{number}" for number in range(1, colors.CHART_COLORS + 1)), "chart-other"]
# What the eyes make of linear red, green and blue (Machado and others 2009, full strength).
EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
# In Oklab black and white are 1 apart.
LEAST_DISTANCE = 0.06


def times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def seen(colour: str, eyes: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    shown = [min(1.0, max(0.0, c)) for c in times(EYES[eyes], linear)]
    return times(TO_OKLAB, [c ** (1 / 3) for c in times(TO_CONES, shown)])


@MODES
@pytest.mark.parametrize("colour", CHART)
@pytest.mark.parametrize("ground", ["ground", "raised"])
def test_chart_colours_stand_out_from_their_grounds(mode: dict[str, str], colour: str, ground: str):
    assert contrast(mode[colour], mode[ground]) >= 3


@MODES
@pytest.mark.parametrize("eyes", EYES)
def test_chart_colours_are_told_apart_by_all_eyes(mode: dict[str, str], eyes: str):
    for one, other in itertools.combinations(CHART, 2):
        distance = math.dist(seen(mode[one], eyes), seen(mode[other], eyes))
        assert distance >= LEAST_DISTANCE, (one, other)


def test_a_colour_is_a_variable_of_the_stylesheet():
    for index in (colors.OTHER, *range(colors.CHART_COLORS)):
        name = colors.color_of(index).removeprefix("var(").removesuffix(")")
        assert theme.stylesheet().count(f"{name}: #") == 2


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_font_that_a_stylesheet_names_is_there(sheet: Path):
    named = re.findall(r'url\("(/fonts/[^"]+)"\)', sheet.read_text())
    assert [font for font in named if not (ROOT / "assets" / font[1:]).exists()] == []
    assert named or sheet.name not in ("fonts.css", "page.css")
