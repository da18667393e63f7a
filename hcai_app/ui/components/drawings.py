"""Small drawings in the style of the sign-in's doors: a shape, the light behind it, a floor.

`assets/drawings.css` draws them from class names. They say nothing that the text beside them does
not, so they are hidden from whoever hears the page.
"""

from typing import Literal

import reflex as rx

# A door ajar, a shut one, an empty shelf, a parcel, a lantern, footprints that end.
Drawing = Literal["door", "door shut", "shelf", "parcel", "lantern", "tracks"]


def drawing(kind: Drawing) -> rx.Component:
    """Show a drawing."""
    pieces = [rx.el.i() for _ in range(3)]
    is_door = kind.startswith("door")
    inside = [rx.el.span(class_name="leaf")] if is_door else pieces
    return rx.el.div(*inside, aria_hidden=True, class_name=kind if is_door else f"drawn {kind}")
