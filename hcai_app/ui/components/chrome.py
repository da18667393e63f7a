"""The document's head, the top bar and the footer."""

import reflex as rx

from hcai_app.ui.components.plain import anchor

PRELOADED_FONTS = ("bricolage-grotesque-5.3.0", "figtree-5.3.0")


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
    return [rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"), *fonts]


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
    """Switch between light and dark."""
    return rx.el.button(
        rx.color_mode_cond(
            light=rx.icon("moon", size=20, aria_hidden=True),
            dark=rx.icon("sun", size=20, aria_hidden=True),
        ),
        rx.el.span(
            rx.color_mode_cond(light="Dark colours", dark="Light colours"), class_name="heard"
        ),
        on_click=rx.toggle_color_mode,
        type="button",
        title="Light or dark",
        class_name="icon-button",
    )


def foot(*links: rx.Component) -> rx.Component:
    """Show who made this, and where else to go."""
    return rx.el.footer(
        rx.el.div(
            rx.el.p("Run by Hack Club, a charity for teenagers who build things."),
            rx.el.ul(*[rx.el.li(link) for link in links]),
            class_name="wrap",
        ),
        class_name="foot",
    )
