"""The pages /sign-in/…: why sign-in failed, and what to do next.

They need no state: the server sends a browser to the page of the reason (api/auth.py).
"""

from dataclasses import dataclass

import reflex as rx

from hcai_app.services.limits import period
from hcai_app.services.people.identity import Reason
from hcai_app.settings import load_settings
from hcai_app.ui.components import chrome
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.drawings import drawing
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.playground.anywhere import forgotten_conversations

SIGN_IN, HOME, DASHBOARD = "/auth/login", "/", "/dashboard"
# Written in place of the address at the provider where somebody shows their age.
VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Ending:
    """What a page says: its headline, its text, and the thing to do as (words, address)."""

    title: str
    text: tuple[str, ...]
    action: tuple[str, str] = ("Try again", SIGN_IN)
    other: tuple[str, str] | None = ("Back to the front page", HOME)
    is_shut: bool = False  # there is nothing to try again


ENDINGS = {
    Reason.CANCELLED: Ending(
        "You’re not signed in.",
        (
            "Hack Club sent you back without signing you in: you said no, or closed the page. "
            "Nothing about you was stored.",
        ),
    ),
    Reason.EXPIRED: Ending(
        "This sign-in is over.",
        (
            "A sign-in is good for ten minutes, once, and in the browser that began it. "
            "Start a fresh one; it takes one click.",
        ),
        ("Sign in again", SIGN_IN),
        ("I’m signed in already", DASHBOARD),
    ),
    Reason.FAILED: Ending(
        "We couldn’t check who you are.",
        (
            "Hack Club’s answer was not one we can trust, so nobody was signed in. Try again. "
            "If it happens twice, tell the people who run this site.",
        ),
    ),
    Reason.UNAVAILABLE: Ending(
        "Signing in isn’t working right now.",
        (
            "The service that knows who you are doesn’t answer. It is not you.",
            "Your API keys don’t need it: programs that use them go on.",
        ),
    ),
    Reason.TOO_MANY: Ending(
        "That was a lot of sign-ins.",
        (
            "There were 30 from your network in ten minutes, which is the limit. "
            "At a school or a hackathon, everybody there counts together.",
            "Wait ten minutes, then try again.",
        ),
    ),
    Reason.NOT_SET_UP: Ending(
        "Signing in isn’t set up here.",
        (
            "This server has no OAuth client yet. Its development sign-in works only on the "
            "machine it runs on, at localhost.",
        ),
        ("Back to the front page", HOME),
        None,
        is_shut=True,
    ),
    Reason.BANNED: Ending(
        "This account is banned.",
        (
            "Somebody who runs this site ended its access, and its keys with it.",
            "To hear why, or to talk about it, ask them in Hack Club’s Slack.",
        ),
        ("Back to the front page", HOME),
        None,
        is_shut=True,
    ),
    Reason.DELETED_TODAY: Ending(
        f"You deleted your account {period.THIS}.",
        (
            f"You’re welcome back from {period.BOUNDARY} on, with a new and empty account.",
            f"We wait until then so that nobody gets a second budget out of one {period.NOUN}.",
        ),
        ("Back to the front page", HOME),
        None,
        is_shut=True,
    ),
    Reason.HALF_OUT: Ending(
        "You’re out in this browser.",
        (
            "Our database didn’t answer, so the session could not be ended on our side too. "
            "Nobody can use it without this browser’s cookie, which is gone.",
            "To be quite sure, sign in again later and press “Sign out everywhere” on your account "
            "page.",
        ),
        ("Back to the front page", HOME),
        ("Sign in again", SIGN_IN),
        is_shut=True,
    ),
    Reason.DELETED: Ending(
        "Your account is gone.",
        (
            "Your keys have stopped, you’re signed out everywhere, and the conversations in this "
            "browser are gone too. What stays in our books has no name.",
            f"Until {period.BOUNDARY} we can still recognise you, so that nobody gets a second "
            f"budget out of one {period.NOUN}. From then on you’re welcome back, with a new and "
            "empty account.",
        ),
        ("Back to the front page", HOME),
        None,
        is_shut=True,
    ),
    Reason.OVER_AGE: Ending(
        "HCAI is for teenagers.",
        (
            "Hack Club knows you, but not as somebody of 18 or under, and it pays for teenagers "
            "only. Is that wrong? Ask in Hack Club’s Slack: they can look into it.",
            "The whole program is open source, so you can run one of your own.",
        ),
        ("See how to run it", "/#run"),
        is_shut=True,
    ),
    Reason.PENDING: Ending(
        "Almost there.",
        (
            "Hack Club is still looking at what you sent to show your age. "
            "When they have told you that it’s done, sign in again.",
        ),
        ("Sign in again", SIGN_IN),
    ),
    Reason.VERIFY: Ending(
        "First, show that you’re a teenager.",
        (
            "HCAI costs you nothing because Hack Club pays for it, and it pays for teenagers. "
            "So Hack Club checks your age, once.",
            "Come back and sign in when that is done.",
        ),
        ("Verify with Hack Club", VERIFICATION),
        ("I’ve done that: sign in", SIGN_IN),
    ),
    Reason.INELIGIBLE: Ending(
        "Hack Club said no.",
        (
            "Your verification was turned down, so we can’t let you in.",
            "If you think that’s a mistake, ask in Hack Club’s Slack: we can’t change it here.",
        ),
        ("Back to the front page", HOME),
        None,
        is_shut=True,
    ),
    Reason.UNKNOWN_STATUS: Ending(
        "We don’t know if you may come in.",
        (
            "Hack Club told us something about your verification that this site doesn’t know yet. "
            "That is for us to mend, and it’s in our log.",
            "Try again later, or ask in Hack Club’s Slack.",
        ),
    ),
}


def ending_page(ending: Ending) -> rx.Component:
    """Show why sign-in failed, and what to do."""
    return rx.fragment(
        chrome.top_bar(),
        forgotten_conversations() if ending is ENDINGS[Reason.DELETED] else rx.fragment(),
        main(
            rx.el.div(
                drawing("door shut" if ending.is_shut else "door"),
                heading(ending.title),
                *[rx.el.p(text) for text in ending.text],
                rx.el.div(
                    _action(ending),
                    _other(ending),
                    class_name="actions",
                ),
                class_name="ending",
            ),
            class_name="wrap ending-page",
        ),
    )


def _action(ending: Ending) -> rx.Component:
    words, address = ending.action
    is_way_out = address == HOME  # nothing can be done here: no loud button for that
    kind = "button quiet" if is_way_out else "button"
    return anchor(words, href=_address(address), class_name=kind)


def _other(ending: Ending) -> rx.Component:
    if ending.other is None:
        return rx.fragment()
    words, address = ending.other
    return anchor(words, href=_address(address))


def _address(address: str) -> str:
    issuer = load_settings().hackclub_issuer.rstrip("/")
    return f"{issuer}/verifications/new" if address == VERIFICATION else address


def add_pages(app: rx.App) -> None:
    """Add the pages to the app, but not to what search engines look at."""
    for reason, ending in ENDINGS.items():
        app.add_page(
            lambda ending=ending: ending_page(ending),
            route=f"/sign-in/{reason.value}",
            title=f"{ending.title} · HCAI",
            meta=[{"name": "robots", "content": "noindex"}],
        )
