"""A model as a line of a short list."""

import reflex as rx

from hcai_app.services.models.curated import Card
from hcai_app.ui.components import shell


def model_row(model: str, card: Card) -> rx.Component:
    """Show one model as a line that leads to its page."""
    return rx.el.li(
        rx.el.h3(
            shell.link(card.name, to=f"/models/{model}"),
            rx.el.span(card.maker, class_name="model-maker"),
        ),
        rx.el.p(card.line),
        rx.el.span(model, class_name="mono"),
        class_name="model",
    )


def model_list(models: list[tuple[str, Card]]) -> rx.Component:
    """Show models, as id and card, in their order."""
    return rx.el.ul(*[model_row(model, card) for model, card in models], class_name="models")
