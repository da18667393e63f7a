"""The API's docs: one Markdown file for each chapter, `NN-slug.md`.

What changes from one installation to the next stands in the text as a place, like `{{base}}`, and a
program of the examples' library as a line of its own, like `{{example: chat}}`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from limits import RateLimitItem

from hcai_app import formatting, money
from hcai_app.docs.examples.library import fill
from hcai_app.services.limits import period
from hcai_app.settings import EMBEDDING_MODELS, IMAGE_MODELS, Settings, first_model

__all__ = ["EXAMPLE", "Chapter", "anchor", "chapters", "fill", "places"]

FOLDER = Path(__file__).parent / "chapters"
CHAPTER_FILE = re.compile(r"\d\d-(?P<slug>[a-z-]+)\.md")
TITLE = re.compile(r"\A# (?P<title>.+)\n")
# An example's line, with its name.
EXAMPLE = re.compile(r"^\{\{example: (?P<name>[a-z-]+)\}\}$", re.MULTILINE)
# What HCAI_DATA_POLICY asks of whoever runs a model, for readers.
DATA_PROMISES = {
    "deny": "Every call goes only to companies that promise not to keep what you send, and not to "
    "train on it.",
    "zdr": "Every call goes only to companies that promise to keep nothing of what you send, not "
    "even for a day, and not to train on it.",
    "allow": "Whoever runs a model may keep what you send, and may train on it.",
}
_NOT_IN_ANCHORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter, its places and examples not filled in yet; its text begins with its title."""

    slug: str
    title: str
    text: str


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return all chapters in their order."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("[0-9][0-9]-*.md")))


def anchor(chapter_slug: str, title: str = "") -> str:
    """Return the anchor of a section or part of a chapter; without a title the chapter's."""
    slug = _NOT_IN_ANCHORS.sub("-", title.lower()).strip("-")
    return f"{chapter_slug}-{slug}" if slug else chapter_slug


def places(settings: Settings, *, origin: str = "") -> dict[str, str]:
    """Return the value of each place; another origin may replace the configured one."""
    origin = origin or settings.origin
    return {
        "origin": origin,
        "base": f"{origin}/proxy/v1",
        "anthropic_base": f"{origin}/proxy",
        "language_model": first_model(settings.language_models),
        "image_model": first_model(settings.image_models, IMAGE_MODELS),
        "embedding_model": first_model(settings.embedding_models, EMBEDDING_MODELS),
        "chat_limit": _rate(settings.chat_rate_limit),
        "chat_limit_amount": f"{settings.chat_rate_limit.amount}",
        "moderation_limit": _rate(settings.moderation_rate_limit),
        "budget": formatting.usd_short(money.to_nanousd(settings.daily_budget_usd)),
        "this_period": period.THIS,
        "this_periods": period.POSSESSIVE,
        "a_period": period.EACH,
        "period_end": period.BOUNDARY,
        "max_keys": f"{settings.max_keys}",
        "max_body": f"{settings.max_body_mb} MB",
        "max_in_flight": f"{settings.max_in_flight}",
        "heartbeat": f"{settings.heartbeat_seconds:g}",
        "data_promise": DATA_PROMISES[settings.data_policy],
        "patience": f"{settings.upstream_timeout_seconds:g}",
    }


def _read(path: Path) -> Chapter:
    name, text = CHAPTER_FILE.fullmatch(path.name), path.read_text()
    title = TITLE.match(text)
    if name is None or title is None:
        raise ValueError(f"{path.name}: a chapter is NN-slug.md and begins with `# Title`")
    return Chapter(name["slug"], title["title"], text)


def _rate(limit: RateLimitItem) -> str:
    """Return a limit in words, like `150 requests per 30 minutes`."""
    return f"{formatting.count(limit.amount)} requests per {formatting.window(limit)}"
