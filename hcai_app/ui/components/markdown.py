"""Renders Markdown to plain elements when the pages are compiled.

CommonMark and tables. HTML in a text is shown as the text that it is. A text's own heading is an
`h2`, so that it can be one chapter of several on a page.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import reflex as rx
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from hcai_app.ui.components import shell
from hcai_app.ui.components.code import ORIGIN, code
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.browser import copy_button

# A placeholder on a line of its own, like `{{example: chat}}`.
STAND_IN = re.compile(r"\{\{example: (?P<name>[\w-]+)\}\}")
# A line of its own that names an endpoint.
CALL = re.compile(r"(?P<method>GET|POST) (?P<address>\S+)")
FOREIGN = ("https://", "http://", "mailto:")
LANGUAGES = {"bash": "Terminal", "python": "Python", "javascript": "JavaScript", "js": "JavaScript"}
PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")

Shown = rx.Component | str


@dataclass(frozen=True, slots=True)
class MarkdownContext:
    """A text's context: the page around it.

    Attributes:
        name: What the ids of its code blocks begin with.
        anchor_of: Returns the id of the heading with this title; of the text's own one for "".
        example: Returns what stands in for the example of this name, below this heading's id.
        origin: The server's address, where a text has its place.
        pages: The paths of our own pages; every other path is the server's.
    """

    name: str
    anchor_of: Callable[[str], str]
    example: Callable[[str, str], rx.Component]
    origin: str
    pages: Collection[str]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text with a heading of its own, the text's own heading included."""

    anchor: str
    title: str
    depth: int  # 1 is the text's own heading
    body: tuple[rx.Component, ...]


def sections(text: str, reading: MarkdownContext) -> list[Section]:
    """Return a text's sections, split at every heading of the first two levels."""
    return _Writer(reading).sections(PARSER.parse(text))


class _Writer:
    """Builds the elements of one text."""

    def __init__(self, reading: MarkdownContext) -> None:
        self.reading = reading
        self.code_blocks = 0
        self.here = reading.anchor_of("")

    def sections(self, tokens: Any) -> list[Section]:
        found: list[Section] = []
        parts: list[rx.Component] = []
        head, depth = "", 1
        for node in SyntaxTreeNode(tokens).children:
            is_cut = node.type == "heading" and node.tag in ("h1", "h2")
            if is_cut:
                if parts:
                    found.append(Section(self.here, head, depth, tuple(parts)))
                head, depth, parts = _plain(node), int(node.tag[1]), []
                self.here = self.reading.anchor_of("" if depth == 1 else head)
            parts.append(self.block(node))
        return [*found, Section(self.here, head, depth, tuple(parts))]

    def block(self, node: SyntaxTreeNode) -> rx.Component:
        return BLOCKS[node.type](self, node)

    def blocks(self, node: SyntaxTreeNode) -> list[rx.Component]:
        return [self.block(child) for child in node.children]

    def heading(self, node: SyntaxTreeNode) -> rx.Component:
        depth, title = int(node.tag[1]), _plain(node)
        name = self.reading.anchor_of("" if depth == 1 else title)
        tag = (rx.el.h2, rx.el.h3, rx.el.h4)[min(depth, 3) - 1]
        return rx.el.div(
            tag(*self.inline(node), id=name, tab_index=-1),
            anchor("#", href=f"#{name}", aria_label=f"Link to “{title}”", title="Link to this"),
            class_name="docs-heading",
        )

    def paragraph(self, node: SyntaxTreeNode) -> rx.Component:
        stand_in = STAND_IN.fullmatch(_plain(node))
        if stand_in:
            return self.reading.example(stand_in["name"], self.here)
        if call := CALL.fullmatch(_plain(node)):
            return self.call(call["method"], call["address"])
        if node.hidden:  # in a list whose items are lines
            return rx.fragment(*self.inline(node))
        return rx.el.p(*self.inline(node))

    def call(self, method: str, address: str) -> rx.Component:
        """Show an endpoint, where a paragraph holds nothing else."""
        return rx.el.p(
            rx.el.b(method), " ", rx.el.code(*self.text(address)), class_name="docs-call mono"
        )

    def listed(self, node: SyntaxTreeNode) -> rx.Component:
        if node.type == "bullet_list":
            return rx.el.ul(*self.blocks(node))
        start = node.attrs.get("start", 1)
        return rx.el.ol(*self.blocks(node), start=int(start))

    def item(self, node: SyntaxTreeNode) -> rx.Component:
        return rx.el.li(*self.blocks(node))

    def quote(self, node: SyntaxTreeNode) -> rx.Component:
        return rx.el.blockquote(*self.blocks(node))

    def rule(self, _: SyntaxTreeNode) -> rx.Component:
        return rx.el.hr()

    def fence(self, node: SyntaxTreeNode) -> rx.Component:
        """Show code with a button to copy it."""
        self.code_blocks += 1
        name = f"{self.reading.name}-code-{self.code_blocks}"
        language = node.info.strip()
        label = LANGUAGES.get(language, language.upper() or "Text")
        text = node.content.rstrip("\n")
        return rx.el.div(
            rx.el.div(rx.el.span(label), copy_button(name, "this"), class_name="docs-code-head"),
            code(text, language, name=name, label=label),
            class_name="docs-code",
        )

    def table(self, node: SyntaxTreeNode) -> rx.Component:
        """Show a table; a wide one scrolls by itself."""
        titles = [_plain(cell) for cell in node.walk() if cell.type == "th"]
        return rx.el.div(
            rx.el.table(*self.blocks(node)),
            role="region",
            tab_index=0,
            aria_label=f"Table: {', '.join(title for title in titles if title)}",
            class_name="docs-table",
        )

    def table_part(self, node: SyntaxTreeNode) -> rx.Component:
        tag = {"thead": rx.el.thead, "tbody": rx.el.tbody, "tr": rx.el.tr}[node.type]
        return tag(*self.blocks(node))

    def cell(self, node: SyntaxTreeNode) -> rx.Component:
        side = "right" if "right" in str(node.attrs.get("style", "")) else ""
        if node.type == "th":
            return rx.el.th(*self.inline(node), scope="col", class_name=side)
        return rx.el.td(*self.inline(node), class_name=side)

    def inline(self, node: SyntaxTreeNode) -> list[Shown]:
        """Return the inline elements of a line."""
        children = [child for part in node.children for child in part.children]
        return [shown for child in children for shown in self.piece(child)]

    def piece(self, node: SyntaxTreeNode) -> list[Shown]:
        if node.type == "text":
            return self.text(node.content)
        if node.type == "code_inline":
            return [rx.el.code(*self.text(node.content), class_name="mono")]
        if node.type == "softbreak":
            return [" "]
        if node.type == "hardbreak":
            return [rx.el.br()]
        within = [shown for child in node.children for shown in self.piece(child)]
        if node.type == "link":
            return [self.link(within, str(node.attrs["href"]))]
        tag = {"strong": rx.el.strong, "em": rx.el.em}.get(node.type)
        return [tag(*within)] if tag else within  # of a picture its description

    def text(self, text: str) -> list[Shown]:
        """Return a text, with the server's address in its places."""
        return [text.replace(ORIGIN, self.reading.origin)] if text else []

    def link(self, within: list[Shown], target: str) -> rx.Component:
        target = unquote(target).removeprefix(ORIGIN) if ORIGIN in unquote(target) else target
        if target.startswith(FOREIGN):
            return anchor(*within, href=target, custom_attrs={"rel": "noreferrer"})
        path, _, section = target.partition("#")
        if section and path in ("", "/docs"):
            return anchor(*within, href=f"#{section}")
        if _is_page(path, self.reading.pages):
            return shell.link(*within, to=target)
        return anchor(*within, href=target)


def _is_page(path: str, pages: Collection[str]) -> bool:
    first = "/" + path.split("?")[0].strip("/").split("/")[0]
    is_file = "." in path.rsplit("/", 1)[-1]
    return first in pages and not (is_file and path.count("/") == 1)


def _plain(node: SyntaxTreeNode) -> str:
    """Return the text of a node without its marks."""
    kinds = ("text", "code_inline", "softbreak")
    return "".join(part.content or " " for part in node.walk() if part.type in kinds)


BLOCKS: dict[str, Callable[[_Writer, SyntaxTreeNode], rx.Component]] = {
    "heading": _Writer.heading,
    "paragraph": _Writer.paragraph,
    "bullet_list": _Writer.listed,
    "ordered_list": _Writer.listed,
    "list_item": _Writer.item,
    "blockquote": _Writer.quote,
    "hr": _Writer.rule,
    "fence": _Writer.fence,
    "code_block": _Writer.fence,
    "table": _Writer.table,
    "thead": _Writer.table_part,
    "tbody": _Writer.table_part,
    "tr": _Writer.table_part,
    "th": _Writer.cell,
    "td": _Writer.cell,
}
