"""The page frame: navigation, heading, and the states loading, signed out, trouble and ready.

On a phone the first sections stand at the lower edge, where thumbs are, the others behind “More”.
"""

from collections.abc import Callable

import reflex as rx

from hcai_app.edge.reflex_internals import RouterLink
from hcai_app.settings import load_settings
from hcai_app.ui.components.chrome import color_mode_switch
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.islands.browser import SignInLink
from hcai_app.ui.islands.more import more
from hcai_app.ui.islands.time import local_time
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import RELOAD, SiteState

# Title, path, icon.
SECTIONS = (
    ("Dashboard", "/dashboard", "gauge"),
    ("Playground", "/playground", "message-circle"),
    ("Docs", "/docs", "book-open"),
    ("Keys", "/keys", "key-round"),
    ("Models", "/models", "boxes"),
    ("Activity", "/activity", "list"),
    ("Everyone", "/global", "globe"),
)
# How many of them a phone shows beside “More”.
AT_THE_EDGE = 4
ACCOUNT = ("Account", "/account", "circle-user-round")
SIGN_IN = "/auth/login"

Shown = rx.Component | str | rx.Var[str]


def page(
    title: str,
    *children: rx.Component,
    here: str,
    lead: str | rx.Component = "",
    actions: rx.Component | None = None,
    skeleton: Callable[[], rx.Component] | None = None,
    is_public: bool = False,
) -> rx.Component:
    """Frame a page; `here` is the path of its section.

    A private page shows `skeleton` until the server has identified the visitor, and then its
    children or the sign-in card.
    """
    body = rx.fragment(*children) if is_public else _private(children, skeleton)
    return rx.fragment(
        top_bar(here),
        rx.el.main(
            rx.el.div(
                rx.el.div(rx.el.h1(title), lead and rx.el.p(lead), class_name="page-title"),
                actions or rx.fragment(),
                class_name="page-head",
            ),
            body,
            id="content",
            class_name="wrap page",
        ),
        tab_bar(here),
    )


def _private(
    children: tuple[rx.Component, ...], skeleton: Callable[[], rx.Component] | None
) -> rx.Component:
    return rx.cond(
        SiteState.is_known,
        rx.cond(SiteState.is_signed_in, rx.fragment(budget_note(), *children), sign_in_card()),
        rx.cond(
            SiteState.trouble != "",
            problem(SiteState.trouble, page_actions.run(RELOAD)),
            skeleton() if skeleton else loading(),
        ),
    )


def budget_note() -> rx.Component:
    """Say that the budget is nearly spent, or is, and when it resets."""
    return rx.cond(
        SiteState.budget_note != "",
        rx.el.p(
            rx.icon("gauge", size=16, aria_hidden=True),
            rx.el.span(
                SiteState.budget_note, " It resets ", local_time(SiteState.budget_resets_ms), "."
            ),
            role="status",
            class_name="budget-note",
        ),
    )


def top_bar(here: str = "") -> rx.Component:
    """Show the brand, the sections, the color mode and the visitor."""
    return rx.fragment(
        anchor("Skip to the content", href="#content", class_name="skip"),
        rx.el.header(
            rx.el.div(
                link(
                    rx.el.img(src="/favicon.svg", alt="", width="28", height="28"),
                    "HCAI",
                    to="/",
                    class_name="brand",
                ),
                rx.el.nav(
                    *[_section(name, path, here) for name, path, _ in SECTIONS],
                    aria_label="Sections",
                ),
                rx.el.div(
                    simulated_mark(), color_mode_switch(), account_corner(here), class_name="corner"
                ),
                class_name="wrap",
            ),
            class_name="top",
        ),
        rx.cond(
            SiteState.banner != "",
            rx.el.div(
                rx.el.p(SiteState.banner, class_name="wrap"), role="status", class_name="banner"
            ),
        ),
    )


def tab_bar(here: str) -> rx.Component:
    """Show the sections at a phone's lower edge."""
    others = (*SECTIONS[AT_THE_EDGE:], ACCOUNT)
    return rx.el.nav(
        *[_place(*section, here) for section in SECTIONS[:AT_THE_EDGE]],
        more(
            *[_place(*section, here) for section in others],
            is_current=here in [path for _, path, _ in others],
        ),
        aria_label="Sections, at the lower edge",
        class_name="tab-bar",
    )


def account_corner(here: str = "") -> rx.Component:
    """Show the signed-in user, or the sign-in link."""
    return rx.cond(
        SiteState.is_known,
        rx.cond(
            SiteState.is_signed_in,
            link(
                rx.el.span(SiteState.name[0], aria_hidden=True, class_name="initial"),
                rx.el.span(SiteState.name, class_name="corner-name"),
                to=ACCOUNT[1],
                class_name="corner-account",
                title="Your account",
                **_current(ACCOUNT[1], here),
            ),
            SignInLink.create(label="Sign in", class_name="button small quiet"),
        ),
        rx.el.span(class_name="skeleton corner-skeleton", aria_hidden=True),
    )


def simulated_mark() -> rx.Component:
    """Label a server whose answers come from the simulated provider."""
    if not load_settings().is_simulated:
        return rx.fragment()
    title = "This server has no provider key: a simulated provider answers."
    return rx.el.span("simulated", class_name="pill simulated-mark", title=title)


def sign_in_card() -> rx.Component:
    """Ask the visitor to sign in."""
    return rx.el.section(
        rx.el.h2("Sign in first"),
        rx.el.p("This page is about you, so we need to know who you are. It takes one click."),
        SignInLink.create(label="Sign in with Hack Club", class_name="button"),
        class_name="card empty",
    )


def empty(title: str, text: str | rx.Component, action: rx.Component | None = None) -> rx.Component:
    """Show an empty state with its one action."""
    return rx.el.div(rx.el.h2(title), rx.el.p(text), action or rx.fragment(), class_name="empty")


def problem(text: str | rx.Var[str], on_retry: rx.event.EventType[()]) -> rx.Component:
    """Show an error with a retry button."""
    return rx.el.div(
        rx.icon("triangle-alert", size=20, aria_hidden=True),
        rx.el.p(text),
        rx.el.button("Try again", on_click=on_retry, type="button", class_name="small-button"),
        role="alert",
        class_name="problem",
    )


def toaster() -> rx.Component:
    """Hold the toasts: above the sections of a phone, in the corner of a wide screen."""
    return rx.toast.provider(
        position="bottom-right",
        rich_colors=False,
        expand=False,
        visible_toasts=3,
        close_button=True,
    )


def loading(lines: int = 3) -> rx.Component:
    """Show a placeholder while data loads."""
    return rx.el.div(
        *[rx.el.div(class_name="skeleton line") for _ in range(lines)],
        rx.el.span("Loading …", class_name="heard", role="status"),
        class_name="card loading",
    )


def link(*children: Shown, to: str | rx.Var[str], **props: object) -> rx.Component:
    """Link to one of our pages without loading the document again."""
    return RouterLink.create(*children, to=to, **props)


def _place(name: str, path: str, icon: str, here: str) -> rx.Component:
    return link(rx.icon(icon, size=20, aria_hidden=True), name, to=path, **_current(path, here))


def _section(name: str, path: str, here: str) -> rx.Component:
    return link(name, to=path, **_current(path, here))


def _current(path: str, here: str) -> dict[str, object]:
    return {"custom_attrs": {"aria-current": "page"}} if path == here else {}
