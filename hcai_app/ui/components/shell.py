"""The page frame: navigation, heading, and the states loading, signed out, trouble and ready.

On a phone the first sections stand at the lower edge, where thumbs are, the others behind “More”.
"""

from collections.abc import Callable

import reflex as rx

from hcai_app.edge.reflex_internals.browser import RouterLink
from hcai_app.settings import load_settings
from hcai_app.ui.components import chrome
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.budget_note import budget_note
from hcai_app.ui.components.chrome import color_mode_switch
from hcai_app.ui.components.drawings import Drawing, drawing
from hcai_app.ui.components.plain import anchor, post_form
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import RELOAD, SiteState

# Title, path, icon. Those of one person stand first: they come when the visitor is known, and move
# none of the others.
OWN = (
    ("Dashboard", "/dashboard", "gauge"),
    ("Keys", "/keys", "key-round"),
    ("Activity", "/activity", "list"),
)
PUBLIC = (
    ("Playground", "/playground", "message-circle"),
    ("Docs", "/docs", "book-open"),
    ("Models", "/models", "boxes"),
    ("Everyone", "/global", "globe"),
)
SECTIONS = (*OWN, *PUBLIC)
ACCOUNT = ("Account", "/account", "circle-user-round")
# What a phone shows at its lower edge, beside “More”; a stranger has the public ones.
AT_THE_EDGE = (OWN[0], PUBLIC[0], PUBLIC[1], OWN[1])
BEYOND = (PUBLIC[2], OWN[2], PUBLIC[3], ACCOUNT)
MORE_ID, MENU_ID = "more-sections", "account-menu"
METER = "/dashboard"  # shows the budget itself, as it changes
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
    note = () if here == METER else (budget_note(),)
    body = rx.fragment(*children) if is_public else _private((*note, *children), skeleton)
    return rx.fragment(
        top_bar(here),
        main(
            rx.el.div(
                rx.el.div(heading(title), lead and rx.el.p(lead), class_name="page-title"),
                actions or rx.fragment(),
                class_name="page-head",
            ),
            body,
            class_name="wrap page",
        ),
        chrome.site_foot(),
        tab_bar(here),
    )


def _private(
    children: tuple[rx.Component, ...], skeleton: Callable[[], rx.Component] | None
) -> rx.Component:
    return rx.cond(
        SiteState.is_known,
        rx.cond(SiteState.is_signed_in, rx.fragment(*children), sign_in_card()),
        rx.cond(
            SiteState.trouble != "",
            problem(SiteState.trouble, page_actions.run(RELOAD)),
            skeleton() if skeleton else loading(),
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
                    rx.cond(
                        SiteState.is_signed_in,
                        rx.fragment(*[_section(name, path, here) for name, path, _ in OWN]),
                    ),
                    *[_section(name, path, here) for name, path, _ in PUBLIC],
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
    return rx.el.nav(
        rx.cond(
            SiteState.is_signed_in,
            rx.fragment(*[_place(*section, here) for section in AT_THE_EDGE], _more(here)),
            rx.fragment(*[_place(*section, here) for section in PUBLIC]),
        ),
        aria_label="Sections, at the lower edge",
        class_name="tab-bar",
    )


def _more(here: str) -> rx.Component:
    """Unfold the other sections: a popover, which closes by itself."""
    is_current = here in [path for _, path, _ in BEYOND]
    return rx.el.div(
        rx.el.button(
            rx.icon("ellipsis", size=20, aria_hidden=True),
            "More",
            type="button",
            data_current=is_current,
            custom_attrs={"popoverTarget": MORE_ID},
        ),
        rx.el.div(
            *[_place(*section, here) for section in BEYOND],
            id=MORE_ID,
            custom_attrs={"popover": "auto"},
            class_name="more-list",
        ),
        class_name="more",
    )


def account_corner(here: str = "") -> rx.Component:
    """Show the signed-in user, or the sign-in link."""
    return rx.cond(
        SiteState.is_known,
        rx.cond(
            SiteState.is_signed_in,
            _account_menu(here),
            anchor("Sign in", href=SiteState.way_back, class_name="button small quiet"),
        ),
        rx.el.span(class_name="skeleton corner-skeleton", aria_hidden=True),
    )


def _account_menu(here: str) -> rx.Component:
    """Show who is signed in, with the ways to the account and out."""
    return rx.fragment(
        rx.el.button(
            rx.el.span(SiteState.name[0], aria_hidden=True, class_name="initial"),
            rx.el.span(SiteState.name, aria_hidden=True, class_name="corner-name"),
            rx.icon("chevron-down", size=16, aria_hidden=True),
            rx.el.span(SiteState.name, ", your account", class_name="heard"),
            type="button",
            custom_attrs={"popoverTarget": MENU_ID},
            class_name="corner-account",
        ),
        rx.el.div(
            rx.el.p(SiteState.name, class_name="account-menu-name"),
            _place("Your account", ACCOUNT[1], "circle-user-round", here),
            _place("Your keys", "/keys", "key-round", here),
            anchor(rx.icon("life-buoy", size=20, aria_hidden=True), "Get help", href="/help/now"),
            post_form(
                rx.el.button(
                    rx.icon("log-out", size=20, aria_hidden=True), "Sign out", type="submit"
                ),
                to="/auth/logout",
            ),
            id=MENU_ID,
            custom_attrs={"popover": "auto"},
            class_name="account-menu",
        ),
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
        drawing("door"),
        rx.el.h2("Sign in first"),
        rx.el.p("This page is about you, so we need to know who you are. It takes one click."),
        anchor("Sign in with Hack Club", href=SiteState.way_back, class_name="button"),
        class_name="card empty",
    )


def empty(
    title: str,
    text: str | rx.Component,
    action: rx.Component | None = None,
    *,
    drawn: Drawing = "shelf",
) -> rx.Component:
    """Show an empty state with a drawing and its one action."""
    return rx.el.div(
        drawing(drawn),
        rx.el.h2(title),
        rx.el.p(text),
        action or rx.fragment(),
        class_name="empty",
    )


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
