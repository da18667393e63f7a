"""Island `reading.jsx`: marks in the docs' lists where the reader is."""

import reflex as rx

from hcai_app.ui.islands import source


class _Reading(rx.Component):
    library = source("reading.jsx")
    tag = "Reading"


def reading() -> rx.Component:
    """Mark the links to the chapter and the section that are being read."""
    return _Reading.create()
