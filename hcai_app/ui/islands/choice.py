"""Island `choice.jsx`: the tab that somebody has chosen stays chosen, in every example."""

import reflex as rx

from hcai_app.ui.islands import source


class _RememberedTabs(rx.Component):
    library = source("choice.jsx")
    tag = "RememberedTabs"
    of: rx.Var[str]


def remembered_tabs(of: str | rx.Var[str] = "") -> rx.Component:
    """Choose in all examples of the page what was chosen before; again when `of` changes."""
    return _RememberedTabs.create(of=of)
