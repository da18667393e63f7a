"""The landing's race: one question, three models, their answers arriving side by side.

It is staged, and says so: the words and the paces stand here, and CSS alone plays them
(`assets/race.css`). Whoever reads the page or wants no motion has the answers whole and at once.
"""

from dataclasses import dataclass

import reflex as rx

from hcai_app import formatting
from hcai_app.services.models import colors
from hcai_app.services.models.curated import card_of
from hcai_app.services.models.faces import face_of
from hcai_app.ui.components import shell
from hcai_app.ui.components.faces import face

QUESTION = "Name my raccoon rhythm game, and say in one line how it plays."


@dataclass(frozen=True, slots=True)
class Lane:
    """A model's answer, when its first word comes, and the milliseconds between two words."""

    answer: str
    first_ms: int
    step_ms: int


LANES = (
    Lane(
        "Bin Lid Boogie. Every beat is a lid landing: miss one and the porch light comes on, hit "
        "ten in a row and your raccoon gets the whole pizza.",
        280,
        52,
    ),
    Lane(
        "Trash Panda Tempo. Drum on the bins with both paws, and freeze on the rests, because that "
        "is when the dog listens.",
        610,
        96,
    ),
    Lane(
        "Midnight Rummage. Each song is one alley: the melody tells you which lid to lift, the "
        "bass tells you who is waking up.",
        1_150,
        66,
    ),
)


def race(models: list[str]) -> rx.Component:
    """Show the question, and the first models with their answers."""
    lanes = [lane(model, one) for model, one in zip(models, LANES, strict=False)]
    return rx.el.section(
        rx.el.div(
            rx.el.p(QUESTION, class_name="race-question"),
            rx.el.span("staged: your race is live", class_name="pill"),
            class_name="race-head",
        ),
        rx.el.ol(*lanes, class_name="race-lanes"),
        rx.el.div(
            rx.el.p(
                "Staged paces. For the real ones you pay ",
                rx.el.b("$0"),
                ".",
                class_name="race-note",
            ),
            rx.el.label(
                rx.el.input(type="checkbox", class_name="heard"),
                "Play again",
                class_name="small-button",
            ),
            shell.link("Race your own question", to="/playground", class_name="small-button"),
            class_name="race-foot",
        ),
        aria_label="One question to three models, staged",
        class_name="race",
    )


def lane(model: str, one: Lane) -> rx.Component:
    """Show one model's answer, word by word."""
    card = card_of(model)
    words = one.answer.split()
    whole_ms = one.first_ms + one.step_ms * len(words)
    return rx.el.li(
        rx.el.div(
            face(face_of(model), colors.color_of(colors.model_color_index(model))),
            rx.el.b(card.name),
            class_name="race-who",
        ),
        rx.el.p(
            *[rx.el.span(f"{word} ", style={"--i": str(at)}) for at, word in enumerate(words)],
            class_name="race-answer",
        ),
        rx.el.p(
            f"first word {formatting.ms(one.first_ms)} · whole {formatting.ms(whole_ms)}",
            style={"--i": str(len(words))},
            class_name="race-receipt",
        ),
        style={"--first": f"{one.first_ms}ms", "--step": f"{one.step_ms}ms"},
    )
