"""A model's face: a generated mark, the same wherever the model stands, and nobody's trademark.

It is drawn by `assets/faces.css` from class names alone, so that a state sends a few letters.
"""

import reflex as rx


def face(shape: str | rx.Var[str], color: str | rx.Var[str]) -> rx.Component:
    """Show a face; the name beside it says whose it is."""
    return rx.el.span(rx.el.i(), class_name=shape, style={"--face": color}, aria_hidden=True)
