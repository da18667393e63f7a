"""What a model writes, drawn: the elements that its Markdown becomes.

Which text is Markdown, and what of its addresses is let through, is decided by the island.
"""

from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals.browser import browser_hook
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.browser import copy_button
from hcai_app.ui.islands.playground import Markdown

# Elements as they are: the library would put classes on them that we do not have.
PLAIN = (
    *("strong", "em", "del", "ul", "ol", "li", "blockquote", "hr", "p"),
    *("thead", "tbody", "tr", "th", "td", "sup", "section", "code"),
)
# The page has its own first two ranks of headings.
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


def markdown(text: rx.Var[str]) -> rx.Component:
    """Draw Markdown, also while it grows."""
    made: dict[str, Any] = {"a": link, "img": picture, "pre": code, "table": table, "input": task}
    plain = {tag: tag for tag in PLAIN}
    parts: Any = {**plain, **HEADINGS, "inlineCode": "code", **made}
    return Markdown.create(text=text, parts=parts)


@rx.memo
def link(children: rx.Var[rx.Component], href: rx.Var[str]) -> rx.Component:
    """Lead to the web or to mail, and take nothing along."""
    return rx.cond(
        href,
        anchor(
            children,
            href=href,
            custom_attrs={"target": "_blank", "rel": "noopener noreferrer nofollow"},
        ),
        rx.el.span(children),
    )


@rx.memo
def picture(src: rx.Var[str], alt: rx.Var[str]) -> rx.Component:
    """Show a picture that the text brings; of another one what it shows."""
    return rx.cond(
        src,
        rx.el.img(src=src, alt=rx.cond(alt, alt, "")),
        rx.el.span(rx.cond(alt, alt, "picture"), class_name="play-no-picture"),
    )


@rx.memo
def code(children: rx.Var[rx.Component]) -> rx.Component:
    """Show a program with its language, to be copied; a wide one is scrolled, by keys too."""
    own = browser_hook("useId", str, "react", local="own")
    kind = children.to(dict[str, dict[str, str]])["props"]["className"]
    language = rx.cond(kind, kind.split("language-")[-1].split(" ")[0], "code")
    return rx.el.div(
        rx.el.div(
            rx.el.span(language),
            copy_button(own, "the code", "play-act"),
            class_name="play-code-head",
        ),
        rx.el.section(
            rx.el.pre(children, id=own),
            tab_index=0,
            aria_label=f"Code: {language}",
            class_name="code",
        ),
        class_name="play-code",
    )


@rx.memo
def table(children: rx.Var[rx.Component]) -> rx.Component:
    """Show a table; a wide one is scrolled, by keys too."""
    return rx.el.section(
        rx.el.table(children), tab_index=0, aria_label="Table", class_name="play-table"
    )


@rx.memo
def task(checked: rx.Var[bool]) -> rx.Component:
    """Show the box of a list of tasks."""
    label = rx.cond(checked, "Done", "To do")
    return rx.el.input(
        type="checkbox", checked=checked, disabled=True, read_only=True, aria_label=label
    )
