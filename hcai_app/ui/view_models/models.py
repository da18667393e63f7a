"""View models of /models, and of what is measured of a model."""

from dataclasses import dataclass

# How a model is marked that nobody serves under the data policy.
UNSERVED = "nobody serves it under our data policy"


@dataclass(frozen=True)
class CatalogRow:
    """One model of the list."""

    id: str
    name: str
    maker: str
    line: str
    face: str  # class names
    color: str  # CSS
    inputs: list[str]
    outputs: list[str]
    marks: list[str]
    context: str
    price_in: str
    price_out: str
    each: str
    is_new: bool
    is_forbidden: bool
    first: str = ""  # word, as measured here; empty: too few calls to say
    pace: str = ""


@dataclass(frozen=True)
class MeasureView:
    """One figure of a model, as measured here."""

    name: str
    value: str
    hint: str
