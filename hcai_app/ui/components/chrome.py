"""The document's head, the top bar and the footer."""

from collections.abc import Mapping

import reflex as rx

from hcai_app.edge.reflex_internals.browser import (
    RouterLink,
    chosen_color_mode,
    set_color_mode,
    shown_color_mode,
)
from hcai_app.ui.components import previews
from hcai_app.ui.components.plain import anchor

# What every page says of itself; its title and text come from the page (`previews.py`).
PREVIEW = {
    "site_name": "HCAI",
    "type": "website",
    "image:alt": previews.PICTURE_SAYS,
    "image:width": "1200",
    "image:height": "630",
}
NAMED = {"twitter:card": "summary_large_image", "color-scheme": "light dark"}
HACK_CLUB, SLACK = "https://hackclub.com", "https://hackclub.com/slack"
SOURCE_CODE = "https://github.com/hackclub/ai"
FOOT: dict[str, dict[str, str]] = {
    "Use it": {"Docs": "/docs", "Models": "/models", "Playground": "/playground"},
    "Get help": {"Somebody to talk to": "/help/now", "Slack": SLACK, "Status": "/up"},
    "About": {"Safety": "/safety", "For parents": "/parents", "Source": SOURCE_CODE},
}
OUR_PAGES = ("/docs", "/models", "/playground", "/global")
PRELOADED_FONTS = (
    "bricolage-grotesque-780-40-5.3.0",
    "figtree-5.3.0",
    "jetbrains-mono-400-600-5.3.0",
)


def head() -> list[rx.Component]:
    """Return the elements of every document's head."""
    fonts = [
        rx.el.link(
            rel="preload",
            href=f"/fonts/{font}.woff2",
            type="font/woff2",
            custom_attrs={"as": "font", "crossOrigin": "anonymous"},
        )
        for font in PRELOADED_FONTS
    ]
    return [
        rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/icon-180.png"),
        rx.el.link(rel="manifest", href="/site.webmanifest"),
        *[rx.el.meta(name=name, content=content) for name, content in NAMED.items()],
        *[
            rx.el.meta(custom_attrs={"property": f"og:{name}"}, content=content)
            for name, content in PREVIEW.items()
        ],
        *fonts,
    ]


def top_bar() -> rx.Component:
    """Show the brand, the docs and the color mode switch: for pages without a server."""
    return rx.fragment(
        anchor("Skip to the content", href="#content", class_name="skip"),
        rx.el.header(
            rx.el.div(
                rx.el.a(
                    rx.el.img(src="/favicon.svg", alt="", width="28", height="28"),
                    "HCAI",
                    href="/",
                    class_name="brand",
                ),
                rx.el.nav(rx.el.a("Docs", href="/docs"), aria_label="Pages", class_name="few"),
                color_mode_switch(),
                class_name="wrap",
            ),
            class_name="top",
        ),
    )


def color_mode_switch() -> rx.Component:
    """Switch to the colours that the system has not chosen, and back to the system's."""
    is_chosen = chosen_color_mode != "system"
    return rx.el.button(
        rx.color_mode_cond(
            light=rx.icon("moon", size=20, aria_hidden=True),
            dark=rx.icon("sun", size=20, aria_hidden=True),
        ),
        rx.el.span(
            rx.cond(
                is_chosen,
                "Colours of your system",
                rx.color_mode_cond(light="Dark colours", dark="Light colours"),
            ),
            class_name="heard",
        ),
        on_click=rx.cond(
            is_chosen,
            set_color_mode("system"),
            rx.cond(shown_color_mode == "dark", set_color_mode("light"), set_color_mode("dark")),
        ),
        type="button",
        title=rx.cond(is_chosen, "Back to your system’s colours", "Light or dark"),
        class_name="icon-button",
    )


def site_foot() -> rx.Component:
    """Show who made this, where else to go, and where help is."""
    return rx.el.footer(
        rx.el.div(
            rx.el.div(
                rx.el.p(
                    "Made for ",
                    _out("Hack Club", HACK_CLUB),
                    ", the charity of teenagers who build things.",
                ),
                rx.el.p("Built something with it? Show it in Slack.", class_name="foot-nudge"),
            ),
            *[_links(title, links) for title, links in FOOT.items()],
            class_name="wrap",
        ),
        class_name="foot",
    )


def _links(title: str, links: Mapping[str, str]) -> rx.Component:
    items = [rx.el.li(_to(words, address)) for words, address in links.items()]
    return rx.el.div(rx.el.h2(title), rx.el.ul(*items), class_name="foot-links")


def _to(words: str, address: str) -> rx.Component:
    if address.startswith("https://"):
        return _out(words, address)
    if address in OUR_PAGES:
        return RouterLink.create(words, to=address)
    return anchor(words, href=address)


def _out(words: str, address: str) -> rx.Component:
    return anchor(words, href=address, custom_attrs={"rel": "noreferrer"})
