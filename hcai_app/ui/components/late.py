"""What is drawn a moment later, in slices between which the page hears its reader."""

from collections.abc import Callable

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_hook


def late(draw: Callable[[], rx.Component], meanwhile: rx.Component) -> rx.Component:
    """Show `meanwhile` at once, and `draw()` as soon as what stands beside it is seen.

    A state's news are drawn in one go, which takes a phone long where much comes at once.
    """

    def shown() -> rx.Component:
        is_due = browser_hook("useDeferredValue", bool, "react", True, False, local="is_due")
        return rx.cond(is_due, draw(), meanwhile)

    shown.__name__ = f"late_{draw.__name__}"
    return rx.memo(shown)()
