"""What the server makes a page do: show a toast, run a script, go elsewhere.

Reflex writes an action's text into JavaScript, and takes `<reflex.Var>…</reflex.Var>` in it for a
reference of its own: a key of such a name kept a whole worker busy until it was killed. So every
text goes through here, where the tag is broken; states' vars are data and need none of this.
"""

import json

import reflex as rx
from reflex.event import EventSpec

from hcai_app.edge.reflex_internals.browser import VAR_TAG

# Nobody sees it, and Reflex finds no tag.
BROKEN_TAG = VAR_TAG.replace("<", "<\u200b")


def success(text: str, description: str = "") -> EventSpec:
    """Show that something is done."""
    return rx.toast.success(_plain(text), description=_plain(description))


def failure(text: str) -> EventSpec:
    """Show that something did not work out, and what to do."""
    return rx.toast.error(_plain(text))


def run(script: str) -> EventSpec:
    """Run JavaScript in the page."""
    return rx.call_script(_plain(script))


def copy(text: str) -> EventSpec:
    """Put a text into the clipboard."""
    return rx.set_clipboard(_plain(text))


def go(path: str) -> EventSpec:
    """Show another of our pages."""
    return rx.redirect(_plain(path))


def readdress(path: str) -> EventSpec:
    """Write another address of the page that is shown, without a step in the browser's history.

    Whoever has gone on to another page meanwhile keeps that page's address.
    """
    page = json.dumps(path.partition("?")[0])
    is_here = f"location.pathname.replace(/(.)\\/$/, '$1') === {page}"
    return run(f"{is_here} && history.replaceState(history.state, '', {json.dumps(path)})")


def focus(element_id: str) -> EventSpec:
    """Lead the keyboard to an element."""
    return rx.set_focus(_plain(element_id))


def scroll_to(element_id: str) -> EventSpec:
    """Scroll to an element."""
    return rx.scroll_to(_plain(element_id))


def _plain(text: str) -> str:
    return text.replace(VAR_TAG, BROKEN_TAG)
