"""The page /account: stored data, sessions, export, deletion."""

import reflex as rx

from hcai_app import formatting
from hcai_app.services.limits import period
from hcai_app.settings import load_settings
from hcai_app.ui.components import shell
from hcai_app.ui.components.confirm import confirm, typed_confirm
from hcai_app.ui.components.plain import anchor, post_form
from hcai_app.ui.islands.clock import local_time
from hcai_app.ui.state.account import MAX_SESSIONS, PHRASE, AccountState
from hcai_app.ui.view_models import SessionView

LEAD = "Everything that we know about you, and how to make us forget it."
NEVER = (
    ("What you write, and what a model answers.", "Prompts, pictures, files: passed on, not kept."),
    ("Your keys.", "We keep a hash that recognises one, and a few letters to tell them apart."),
    ("Where you are.", "Your internet address counts in memory, against floods, and is forgotten."),
    ("A password.", "Hack Club signs you in; we never see one."),
)


@rx.page("/account", title="Account · HCAI", description=LEAD, on_load=AccountState.load_account)
def account() -> rx.Component:
    """Show what is stored about the visitor."""
    return shell.page("Account", body(), here="/account", lead=LEAD, skeleton=skeleton)


def body() -> rx.Component:
    """Show the page's parts, its placeholder or its error."""
    return rx.fragment(
        rx.cond(
            AccountState.problem != "",
            shell.problem(AccountState.problem, AccountState.load_account),
        ),
        rx.cond(
            AccountState.is_loaded,
            rx.fragment(
                rx.el.div(
                    rx.el.div(profile(), limits(), class_name="account-column"),
                    rx.el.div(browsers(), never(), take_away(), class_name="account-column"),
                    class_name="grid-2",
                ),
                delete(),
            ),
            rx.cond(AccountState.problem == "", skeleton()),
        ),
    )


def profile() -> rx.Component:
    """Show the visitor's profile."""
    stored = AccountState.account
    return _card(
        "About you",
        rx.el.dl(
            _fact("Name", stored.name),
            _fact("E-mail", _or(stored.email, "not told to us")),
            _fact("Slack id", _code(stored.slack_id, "none")),
            _fact("Hack Club id", _code(stored.subject, "none")),
            _fact("Your id here", rx.el.span(stored.id, class_name="mono")),
            _fact("Age check", stored.verification),
            _fact("Joined", local_time(stored.joined_ms, "full")),
            _fact("Keys", stored.key_count),
            _fact("Calls", rx.fragment(stored.calls, " so far")),
            class_name="facts-list",
        ),
    )


def browsers() -> rx.Component:
    """Show the visitor's sessions, with sign-out."""
    return _card(
        "Signed in",
        rx.el.ul(rx.foreach(AccountState.sessions, _browser), class_name="browsers"),
        rx.cond(
            AccountState.other_sessions >= MAX_SESSIONS,
            rx.el.p("And some more.", class_name="quiet"),
        ),
        rx.el.div(
            post_form(
                rx.el.button("Sign out", type="submit", class_name="small-button"),
                to="/auth/logout",
            ),
            confirm(
                "Sign out everywhere",
                name="sign-out",
                question="Sign out in every browser, this one too? Your keys go on working.",
                yes="Sign out",
                no="Stay",
                on_confirm=AccountState.sign_out_everywhere,
            ),
            class_name="sign-out",
        ),
    )


def limits() -> rx.Component:
    """Show the limits that hold for the visitor."""
    settings = load_settings()
    rate = settings.chat_rate_limit
    calls = f"{formatting.count(rate.amount)} in {formatting.window(rate, article=True)}"
    return _card(
        "Your limits",
        rx.el.dl(
            _fact(
                period.EACH.capitalize(),
                rx.fragment(
                    AccountState.account.budget, f" of model time, afresh at {period.BOUNDARY}"
                ),
            ),
            _fact("Calls", f"{calls}, all keys together"),
            _fact("At once", f"{settings.max_in_flight} running calls"),
            _fact("Keys", rx.fragment(AccountState.account.key_limit, " in use")),
            class_name="facts-list",
        ),
        rx.el.p(
            "Of each call we keep when, which model and key, how many tokens, what it cost, how "
            f"long it took and how it ended: for {settings.retention_days} days, then only sums.",
            class_name="quiet",
        ),
        rx.el.p(shell.link("See your calls", to="/activity")),
    )


def never() -> rx.Component:
    """List the data that is not stored."""
    return _card(
        "What we never store",
        rx.el.ul(
            *[rx.el.li(rx.el.b(claim), " ", rest) for claim, rest in NEVER], class_name="never"
        ),
        rx.el.p(
            anchor("Safety", href="/safety"),
            " has all of it, ",
            anchor("For parents", href="/parents"),
            " says it to them. ",
            anchor("Somebody to talk to", href="/help/now"),
            ".",
            class_name="quiet",
        ),
    )


def take_away() -> rx.Component:
    """Offer the data export."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Take it with you", id="take-title"),
            rx.el.p("All of this, and every single call, as one JSON file."),
        ),
        anchor(
            rx.icon("download", size=16, aria_hidden=True),
            "Download everything",
            href="/api/account.json",
            download="hcai-account.json",
            class_name="button quiet small",
        ),
        aria_labelledby="take-title",
        class_name="card way-out",
    )


def delete() -> rx.Component:
    """Offer the account's deletion."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Delete your account", id="delete-title"),
            rx.el.p(
                "Your keys stop within a second. Your name, e-mail, Hack Club ids and what you "
                "called your keys are erased. What each call used and cost stays in the books "
                "without a name, since somebody has to pay the bill: single calls for "
                f"{load_settings().retention_days} days, sums for good. Your conversations with "
                "the playground go too, in this browser; other browsers of yours keep theirs."
            ),
        ),
        typed_confirm(
            "Delete my account …",
            phrase=PHRASE,
            question="This cannot be undone, not even by us. Download your data first if you "
            "want it.",
            yes="Delete it for good",
            on_confirm=AccountState.delete_account,
        ),
        aria_labelledby="delete-title",
        class_name="card way-out",
    )


def skeleton() -> rx.Component:
    """Show a placeholder while the page loads."""
    return rx.fragment(
        rx.el.div(
            rx.el.div(_blank("tall"), _blank(), class_name="account-column"),
            rx.el.div(_blank(), _blank("tall"), class_name="account-column"),
            class_name="grid-2",
        ),
        rx.el.span("Loading your account …", class_name="heard", role="status"),
    )


def _browser(session: SessionView) -> rx.Component:
    return rx.el.li(
        rx.cond(
            session.is_this_one,
            rx.el.b("This browser"),
            rx.el.span("Another browser"),
        ),
        rx.el.span("since ", local_time(session.created_ms, "short"), class_name="quiet"),
    )


def _card(title: str, *children: rx.Component) -> rx.Component:
    name = f"{title.lower().replace(' ', '-')}-title"
    return rx.el.section(
        rx.el.h2(title, id=name), *children, aria_labelledby=name, class_name="card account-card"
    )


def _fact(name: str, value: rx.Component | str) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _or(value: str, nothing: str) -> rx.Component:
    return rx.cond(value != "", value, rx.el.span(nothing, class_name="quiet"))


def _code(value: str, nothing: str) -> rx.Component:
    return rx.cond(
        value != "",
        rx.el.span(value, class_name="mono"),
        rx.el.span(nothing, class_name="quiet"),
    )


def _blank(height: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="skeleton line short"),
        *[rx.el.span(class_name="skeleton line") for _ in range(6)],
        class_name=f"card account-card account-skeleton {height}".strip(),
    )
