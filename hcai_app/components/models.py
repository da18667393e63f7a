"""How a model is shown: a name people use, who made it, and what it is good for."""

from dataclasses import dataclass

import reflex as rx


@dataclass(frozen=True)
class Card:
    """What a reader wants to know before choosing."""

    name: str
    maker: str
    line: str


# Written by people, for the ids of the standard lists; other ids are shown by their slug.
CARDS = {
    "qwen/qwen3-32b": Card("Qwen3 32B", "Alibaba", "A quick all-rounder. Start here."),
    "moonshotai/kimi-k2-0905": Card("Kimi K2", "Moonshot", "Long texts, long code, patience."),
    "openai/gpt-oss-120b": Card("gpt-oss 120B", "OpenAI", "Open weights; thinks first."),
    "google/gemini-2.5-flash": Card("Gemini 2.5 Flash", "Google", "Reads pictures and PDFs, fast."),
    "openai/gpt-5-mini": Card("GPT-5 mini", "OpenAI", "Careful, and good with tools."),
    "deepseek/deepseek-v3.2": Card("DeepSeek V3.2", "DeepSeek", "Maths and code."),
    "google/gemini-2.5-flash-image": Card(
        "Gemini 2.5 Flash Image", "Google", "Makes pictures, and edits yours."
    ),
    "qwen/qwen3-embedding-8b": Card(
        "Qwen3 Embedding 8B", "Alibaba", "Turns text into numbers you can search."
    ),
    "openai/text-embedding-3-large": Card(
        "Embedding 3 Large", "OpenAI", "The same, in OpenAI's flavour."
    ),
}


def card_of(model: str) -> Card:
    """Return what is known about the model with this id."""
    maker, _, slug = model.partition("/")
    return CARDS.get(model) or Card(slug or model, maker if slug else "", "")


def model_row(model: str) -> rx.Component:
    """Show one model as a line of a list."""
    card = card_of(model)
    return rx.el.li(
        rx.el.h3(card.name, rx.el.span(card.maker, class_name="maker")),
        rx.el.p(card.line),
        rx.el.span(model, class_name="mono"),
        class_name="model",
    )


def model_list(models: list[str]) -> rx.Component:
    """Show the models in their order; a wildcard stands for those that we can describe."""
    named = [model for model in models if model != "*"] if "*" not in models else list(CARDS)
    return rx.el.ul(*[model_row(model) for model in named], class_name="models")
