"""The look in one place: tokens for both colour modes, written to a stylesheet with every compile.

Styles use the variables (`var(--text)`), charts the palette. Dark is home; light is a second of its
own. A test holds every text colour to a contrast of 4.5:1 on every ground that it stands on.
"""

from pathlib import Path
from typing import Any

import reflex as rx

RED = "#ec3750"  # the brand mark
ORANGE = "#ff8c37"
CHART_PALETTE = ("#338eda", "#33d6a6", "#f1c40f", "#a633d6", "#ff8c37", "#5bc0de")

DARK = {
    "ground": "#17171d",
    "raised": "#1f1f27",
    "sunken": "#121217",
    "line": "rgb(255 255 255 / 0.1)",
    "line-strong": "rgb(255 255 255 / 0.22)",
    "text": "#f9fafc",
    "text-soft": "#ccd6e0",
    "muted": "#98a5b8",
    "link": "#5bc0de",
    "action": "#dc2a45",  # the mark's red, a shade deeper: white text on it passes 4.5:1
    "action-hover": "#c8213b",
    "on-action": "#ffffff",
    "mark": ORANGE,
    "code-key": "#f1c40f",
    "code-text": "#33d6a6",
    "code-flag": "#5bc0de",
    "shadow": "0 24px 48px -24px rgb(0 0 0 / 0.6)",
}
LIGHT = {
    "ground": "#f9fafc",
    "raised": "#ffffff",
    "sunken": "#f0f3f7",
    "line": "#e0e6ed",
    "line-strong": "#b9c4d1",
    "text": "#1f2d3d",
    "text-soft": "#3c4858",
    "muted": "#566377",
    "link": "#1a66a8",
    "action": "#dc2a45",
    "action-hover": "#c8213b",
    "on-action": "#ffffff",
    "mark": ORANGE,
    "code-key": "#8a5300",
    "code-text": "#0b6e52",
    "code-flag": "#1a66a8",
    "shadow": "0 24px 48px -28px rgb(31 45 61 / 0.35)",
}
SCALE = {
    "font-display": "'Bricolage Grotesque Variable', system-ui, sans-serif",
    "font-text": "'Figtree Variable', system-ui, sans-serif",
    "font-mono": "'JetBrains Mono Variable', ui-monospace, monospace",
    **{f"size-{px}": f"{px / 16:g}rem" for px in (12, 14, 16, 20, 28, 40, 64)},
    **{f"space-{n}": f"{n * 4}px" for n in (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24)},
    "radius-control": "8px",
    "radius-box": "12px",
    "radius-pill": "999px",
    "width-tool": "1120px",
    "width-reading": "720px",
    "motion": "160ms ease-out",
}
# What Radix' own components look at.
RADIX = {
    "--default-font-family": "var(--font-text)",
    "--code-font-family": "var(--font-mono)",
    "--heading-font-family": "var(--font-display)",
    "--color-background": "var(--ground)",
    "--color-panel-solid": "var(--raised)",
}


def stylesheet() -> str:
    """Write the tokens as CSS; Reflex puts `light` or `dark` on the root before the first paint."""
    radix = "".join(f"  {name}: {value};\n" for name, value in RADIX.items())
    return (
        f":root {{\n{_variables(SCALE)}{_variables(LIGHT)}  color-scheme: light;\n}}\n"
        f":root.dark {{\n{_variables(DARK)}  color-scheme: dark;\n}}\n"
        f":root .radix-themes {{\n{radix}}}\n"
    )


def _variables(tokens: dict[str, str]) -> str:
    return "".join(f"  --{name}: {value};\n" for name, value in tokens.items())


def radix_theme() -> rx.Component:
    """Return the theme of Radix' components, nearest to our own."""
    return rx.theme(appearance="inherit", accent_color="red", gray_color="slate", radius="medium")


class Tokens(rx.plugins.Plugin):
    """Gives the compiler the tokens' stylesheet."""

    def get_static_assets(self, **_: Any) -> list[tuple[Path, str]]:
        """Return the stylesheet to write."""
        return [(Path("styles/tokens.css"), stylesheet())]

    def get_stylesheet_paths(self, **_: Any) -> list[str]:
        """Return where it lies, seen from the other styles."""
        return ["./tokens.css"]
