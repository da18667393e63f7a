"""Island `shortcut.mjs`: the keys `/` and Ctrl-K lead to a field, arrows to what it found."""

import reflex as rx

from hcai_app.edge.reflex_internals.browser import WindowEvents, browser_call
from hcai_app.ui.islands import source


class _Keys(WindowEvents):
    on_keydown: rx.EventHandler[rx.event.no_args_event_spec]


def shortcut(field: str, found: str = "") -> rx.Component:
    """Lead the keyboard to the field with that id, and to the links of the list with that other."""
    leads = browser_call("lead", source("shortcut.mjs"), field, found or field, is_event=True)
    return _Keys.create(on_keydown=leads)
