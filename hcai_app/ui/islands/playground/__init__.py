"""The playground's island: what reads streams, keeps conversations and shares them.

Its JavaScript stands beside this file. What it shows is Python, in `ui/components/playground`,
which reads it by `shown` and changes it by the calls below (decision 38).
"""

from pathlib import Path
from typing import Any

import reflex as rx

from hcai_app.ui.islands import files_in, on_a_short_stack

FILES = files_in(Path(__file__).parent)
SCRIPTS = on_a_short_stack(lambda: {name: rx.asset(name, shared=True) for name in FILES})
STICKY = "use-stick-to-bottom@1.1.6"
# Each is kept by a company or a known maintainer, and only this page's bundle has it.
# The second line is fetched with the first answer, the third with the first formula.
PACKAGES = [
    *("idb@8.0.4", STICKY),
    *("streamdown@2.7.1", "remark-gfm@4.0.1", "rehype-highlight@7.0.2"),
    *("rehype-katex@7.0.1", "remark-math@6.0.0"),
]


def script(name: str) -> str:
    """Return how one of the island's files is imported."""
    return SCRIPTS[name].importable_path


class _PlaygroundPart(rx.Component):
    library = script("parts.jsx")
    lib_dependencies: list[str] = PACKAGES


class Playground(_PlaygroundPart):
    """Opens the conversations of `owner`, the tag of whoever sits here; shows nothing itself."""

    tag = "Playground"
    owner: rx.Var[str]
    source: rx.Var[str]
    beginning: rx.Var[dict[str, Any]]
    pages: rx.Var[list[dict[str, str]]]
    max_file_bytes: rx.Var[int]
    on_spent: rx.EventHandler[rx.event.no_args_event_spec]


class StickToBottom(rx.Component):
    """A box that follows its newest content until the reader scrolls up."""

    library = STICKY
    tag = "StickToBottom"
    initial: rx.Var[str]
    resize: rx.Var[str]


class StickyContent(rx.Component):
    """What is scrolled in such a box."""

    library = STICKY
    tag = "StickToBottom.Content"
    scroll_class_name: rx.Var[str]


class Markdown(_PlaygroundPart):
    """What a model writes, drawn by parts: which component, or tag, stands for a tag."""

    tag = "Markdown"
    text: rx.Var[str]
    parts: rx.Var[dict[str, Any]]
