"""What a budget buys of a model, in words: pages of text, or pictures."""

from hcai_app import formatting
from hcai_app.services.models.facts import MILLION, ModelCard

# Of text as a model writes it: about 500 words.
PAGE_TOKENS = 700
PICTURE_TOKENS = 1_300  # of models that are paid for a picture by its tokens


def worth(card: ModelCard, budget_nanousd: int) -> str:
    """Return what a budget buys: "$4.00 buys about 900 pages"; empty where nobody knows."""
    if card.is_free:
        return "free"
    each, one, many = _piece(card)
    if not each:
        return ""
    count = _rounded(budget_nanousd // each)
    return f"{formatting.usd(budget_nanousd)} buys about {count:,} {one if count == 1 else many}"


def _piece(card: ModelCard) -> tuple[int, str, str]:
    prices = card.prices
    if "image" in card.outputs:
        by_token = prices.get("image_output") or prices.get("completion") or 0
        each = by_token * PICTURE_TOKENS // MILLION or prices.get("image", 0)
        return each, "picture", "pictures"
    written = prices.get("prompt" if card.kind == "embedding" else "completion") or 0
    return written * PAGE_TOKENS // MILLION, "page", "pages"


def _rounded(count: int) -> int:
    """Return a count with its first two figures."""
    step = 10 ** max(0, len(str(count)) - 2)
    return count // step * step
