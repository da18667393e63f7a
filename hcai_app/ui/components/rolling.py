"""Numbers whose digits roll when they change, by CSS."""

from typing import Any

import reflex as rx


@rx.memo
def rolling(text: rx.Var[str]) -> rx.Component:
    """Show a number, each digit on a reel.

    Places are counted from the right, so that a longer number turns the same reels.
    """
    signs = text.to(str).split("").reverse()
    return rx.el.span(
        rx.el.span(text, class_name="heard"),
        rx.el.span(rx.foreach(signs, _sign), aria_hidden=True, class_name="reels"),
        class_name="rolling",
    )


def _sign(sign: Any) -> rx.Component:
    is_digit = (sign >= "0") & (sign <= "9")
    reel = rx.el.span(style={"--digit": sign}, class_name="reel")
    return rx.cond(is_digit, reel, rx.el.span(sign))
