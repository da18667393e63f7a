"""Design tokens for light and dark, written to a stylesheet at each compile.

Styles use the variables (`var(--text)`), charts the palette. Dark is home; light is a second of its
own. A test holds every text color to a contrast of 4.5:1 on every ground that it stands on.
"""

from pathlib import Path
from typing import Any

import reflex as rx

ORANGE = "#ff8c37"
# Blue, green, yellow, purple, orange, cyan near the brand's own, then rose, lavender and mint, so
# that each of the usual models has one for itself; and a grey for the rest. Chosen so that the
# color-blind tell all of them apart and each stands out (3:1) from its grounds.
CHART_DARK = (
    *("#3f8cf0", "#3ccb8f", "#fbd74e", "#8f4fb8", "#cc6d28", "#86daf6"),
    *("#a94e58", "#a8a6e5", "#bdfac8"),
)
CHART_LIGHT = (
    *("#295fb5", "#20a06b", "#a67f00", "#5a1d88", "#a85321", "#128292"),
    *("#922452", "#9657e8", "#0d4a22"),
)


def _chart(colors: tuple[str, ...], other: str) -> dict[str, str]:
    named = {f"chart-{number}": color for number, color in enumerate(colors, 1)}
    return {**named, "chart-other": other}


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
    "good": "#33d6a6",
    "code-key": "#f1c40f",
    "code-text": "#33d6a6",
    "code-flag": "#5bc0de",
    "shadow": "0 24px 48px -24px rgb(0 0 0 / 0.6)",
    **_chart(CHART_DARK, "#7c8799"),
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
    "good": "#0b7a5b",
    "code-key": "#8a5300",
    "code-text": "#0b6e52",
    "code-flag": "#1a66a8",
    "shadow": "0 24px 48px -28px rgb(31 45 61 / 0.35)",
    **_chart(CHART_LIGHT, "#8390a2"),
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


def stylesheet() -> str:
    """Write the tokens as CSS; Reflex puts `light` or `dark` on the root before the first paint."""
    return (
        f":root {{\n{_variables(SCALE)}{_variables(LIGHT)}  color-scheme: light;\n}}\n"
        f":root.dark {{\n{_variables(DARK)}  color-scheme: dark;\n}}\n"
    )


def _variables(tokens: dict[str, str]) -> str:
    return "".join(f"  --{name}: {value};\n" for name, value in tokens.items())


class Tokens(rx.plugins.Plugin):
    """Gives the compiler the tokens' stylesheet."""

    def get_static_assets(self, **_: Any) -> list[tuple[Path, str]]:
        """Return the stylesheet to write."""
        return [(Path("styles/tokens.css"), stylesheet())]

    def get_stylesheet_paths(self, **_: Any) -> list[str]:
        """Return its path, relative to the other styles."""
        return ["./tokens.css"]
