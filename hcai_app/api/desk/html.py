"""HTML from Python: elements as functions whose texts and attributes are escaped.

p("Hello ", b(name), class_="quiet")
"""

from collections.abc import Iterable
from functools import partial
from html import escape

VOID = frozenset({"br", "img", "input", "link", "meta"})


class Html(str):
    """Markup that needs no escaping any more."""

    __slots__ = ()


Child = Html | str | int | None | Iterable["Child"]
Attribute = str | int | bool | None
EMPTY = Html("")


def element(tag: str, *children: Child, **attributes: Attribute) -> Html:
    """Return an element; `class_` and `data_x` stand for `class` and `data-x`."""
    opened = f"<{tag}{''.join(map(_attribute, attributes.items()))}>"
    return Html(opened if tag in VOID else f"{opened}{joined(children)}</{tag}>")


def joined(children: Iterable[Child]) -> Html:
    """Return what stands one after the other; texts are escaped."""
    return Html("".join(map(_markup, children)))


def _markup(child: Child) -> str:
    if isinstance(child, Html):
        return child
    if isinstance(child, (str, int)):
        return escape(str(child))
    return "" if child is None else joined(child)


def _attribute(pair: tuple[str, Attribute]) -> str:
    name, value = pair[0].rstrip("_").replace("_", "-"), pair[1]
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


a = partial(element, "a")
b = partial(element, "b")
button = partial(element, "button")
code = partial(element, "code")
dd = partial(element, "dd")
details = partial(element, "details")
dialog = partial(element, "dialog")
div = partial(element, "div")
dl = partial(element, "dl")
dt = partial(element, "dt")
form = partial(element, "form")
h1 = partial(element, "h1")
h2 = partial(element, "h2")
h3 = partial(element, "h3")
header = partial(element, "header")
input_ = partial(element, "input")
kbd = partial(element, "kbd")
label = partial(element, "label")
li = partial(element, "li")
main = partial(element, "main")
nav = partial(element, "nav")
ol = partial(element, "ol")
option = partial(element, "option")
p = partial(element, "p")
rect = partial(element, "rect")
section = partial(element, "section")
select = partial(element, "select")
span = partial(element, "span")
strong = partial(element, "strong")
summary = partial(element, "summary")
svg = partial(element, "svg")
table = partial(element, "table")
tbody = partial(element, "tbody")
td = partial(element, "td")
th = partial(element, "th")
thead = partial(element, "thead")
time = partial(element, "time")
tr = partial(element, "tr")
ul = partial(element, "ul")
