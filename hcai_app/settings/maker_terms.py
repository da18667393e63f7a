"""The register: whether the terms of a model's maker allow it in a service for minors.

Its data is `maker_terms.toml`, beside this file.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from hcai_app.settings import faults

FILE = Path(__file__).with_suffix(".toml")
Verdict = Literal["allowed", "guarded", "forbidden"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a maker's terms say, where that stands, and when somebody read it."""

    models: str  # a maker, or with a slash the beginning of ids
    verdict: Verdict
    why: str
    source: str
    looked_at: str  # a day

    def fits(self, model: str) -> bool:
        """Return whether a model, in lower case, is one of these."""
        return model.startswith(self.models if "/" in self.models else f"{self.models}/")


NOT_LOOKED_AT = Terms("", "guarded", "Nobody has looked at its maker's terms yet.", "", "")


@cache
def register() -> tuple[Terms, ...]:
    """Return all entries, the most specific first.

    Raises:
        SettingsError: When one is incomplete.
    """
    with faults.reading(FILE):
        entries = msgspec.toml.decode(FILE.read_bytes(), type=dict[str, list[Terms]])["terms"]
    return tuple(sorted(entries, key=lambda terms: -len(terms.models)))


@lru_cache(maxsize=1024)
def terms_of(model: str) -> Terms:
    """Return the terms of a model's maker, however its name is written."""
    name = model.lower()
    return next((terms for terms in register() if terms.fits(name)), NOT_LOOKED_AT)


def is_forbidden(model: str) -> bool:
    """Return whether its maker's terms rule a model out."""
    return terms_of(model).verdict == "forbidden"


def names(listed: list[str], model: str) -> bool:
    """Return whether a list names a model, or the model that it is a variant of."""
    wanted = {model.lower(), model.lower().partition(":")[0]}
    return any(name.lower() in wanted for name in listed)
