"""The page /playground: chat with any model, in the browser alone."""

import reflex as rx

from hcai_app.services.models.curated import CARDS
from hcai_app.settings import first_model
from hcai_app.ui.components import chrome, limits, shell
from hcai_app.ui.components.arrival import heading, main
from hcai_app.ui.components.plain import anchor
from hcai_app.ui.components.playground.room import room
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import RELOAD
from hcai_app.ui.state.playground import HERE, PlaygroundState

TITLE = "Playground"
DESCRIPTION = "Try any model in your browser: chat, pictures, embeddings, moderation."


@rx.page(
    HERE,
    title="Playground · HCAI",
    description=DESCRIPTION,
    on_load=PlaygroundState.load_playground,
)
def playground() -> rx.Component:
    """Show the playground, or its introduction to a signed-out visitor."""
    return rx.fragment(
        shell.top_bar(HERE),
        main(
            rx.cond(
                PlaygroundState.is_known,
                rx.cond(PlaygroundState.is_signed_in, room(), outside()),
                rx.cond(
                    PlaygroundState.trouble != "",
                    shut(shell.problem(PlaygroundState.trouble, page_actions.run(RELOAD))),
                    shut(rx.el.span(class_name="skeleton play-skeleton")),
                ),
            ),
            class_name="wrap play-page",
        ),
        chrome.site_foot(),
        shell.tab_bar(HERE),
    )


def shut(inside: rx.Component) -> rx.Component:
    """Show a placeholder while the playground loads."""
    return rx.el.div(heading(TITLE), inside, class_name="play-shut")


def outside() -> rx.Component:
    """Show a signed-out visitor a picture of the playground and the sign-in link."""
    return rx.el.section(
        rx.el.div(
            heading("Talk to any model. No code, no bill."),
            rx.el.p(
                "Ask, draw, read PDFs, compare texts. Then press one button and get the same "
                "request as code for your own program."
            ),
            rx.el.p(
                f"You have {limits.budget()}, and Hack Club pays. "
                "What you write is kept in your browser, and nowhere here."
            ),
            anchor("Sign in with Hack Club", href=PlaygroundState.way_in, class_name="button"),
            class_name="play-welcome",
        ),
        picture(),
        class_name="play-outside",
    )


def picture() -> rx.Component:
    """Show a conversation, as a picture: nothing in it can be used."""
    model = CARDS[first_model()].name
    return rx.el.figure(
        rx.el.div(
            rx.el.p("Name my raccoon rhythm game.", class_name="play-said"),
            rx.el.p(model, class_name="play-by"),
            rx.el.p(rx.el.b("Trash Panda Tempo"), ": drum on bin lids, dodge the porch light."),
            rx.el.p("31 tokens · $0.0000071 · first word after 210 ms", class_name="play-receipt"),
            rx.el.p("Nice. How does its code begin?", class_name="play-said"),
            rx.el.p(model, class_name="play-by"),
            rx.el.p("const lids = [kick, snare, crash];", class_name="mono play-line"),
            aria_hidden=True,
        ),
        rx.el.figcaption("An example of a conversation in the playground", class_name="heard"),
        class_name="card play-picture-of-it",
    )
