"""Curated model descriptions: name, maker and one line, written by people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
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
