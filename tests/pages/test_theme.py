import pytest

from hcai_app import theme

TEXTS = ("text", "text-soft", "muted", "link", "code-key", "code-text", "code-flag")
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
