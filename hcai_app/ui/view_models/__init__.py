"""View models: the only shapes that states send to the browser. They never hold a secret.

Values are ready to be shown, money in dollars as text, moments in milliseconds since the epoch.
"""

from dataclasses import dataclass, field

from hcai_app.ui.view_models.models import MeasureView

# The dashboard.


@dataclass(frozen=True)
class Figures:
    """The top row: the day so far, and what is left of it."""

    left: str = "$0"
    spent: str = "$0"
    budget: str = "$0"
    spent_percent: float = 0.0
    resets_at_ms: int = 0  # when the budget does
    requests: str = "0"
    tokens: str = "0"
    calls_left: str = "0"
    calls_limit: str = "0"
    window_reset_ms: int = 0  # 0: no call is counted in the window
    has_key: bool = False
    has_called: bool = False


@dataclass(frozen=True)
class CallLine:
    """One of the latest calls."""

    id: str
    at_ms: int
    model: str  # without its maker
    model_id: str
    key: str
    tokens: str
    cost: str
    problem: str  # empty: it was answered


@dataclass(frozen=True)
class ModelLine:
    """One of the top models."""

    model: str
    model_id: str
    requests: str
    tokens: str
    cost: str
    share_percent: float  # of the most that one model has
    color: str  # CSS


@dataclass(frozen=True)
class SessionView:
    """A signed-in browser."""

    is_this_one: bool
    created_ms: int


@dataclass(frozen=True)
class AccountView:
    """What is stored about the visitor; an empty text stands for nothing."""

    id: str = ""
    name: str = ""
    slack_id: str = ""
    subject: str = ""
    email: str = ""
    verification: str = ""
    joined_ms: int = 0
    key_count: str = ""
    calls: str = ""
    budget: str = ""
    key_limit: str = ""


@dataclass(frozen=True)
class PriceView:
    """What one thing costs."""

    what: str
    price: str
    unit: str


@dataclass(frozen=True)
class ExampleView:
    """A program in one language, as highlighted HTML."""

    language: str
    name: str
    needs: str
    html: str
    client: str = ""  # of its language; what somebody chooses once, they see everywhere


@dataclass(frozen=True)
class ModelView:
    """One model, ready to be shown; all of it is text."""

    id: str = ""
    name: str = ""
    maker: str = ""
    line: str = ""
    kind: str = ""
    face: str = ""
    color: str = ""
    buys: str = ""  # for the budget, in words
    context: str = ""
    max_output: str = ""
    price_in: str = ""
    price_out: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    terms: str = ""  # what the maker's say of minors
    terms_source: str = ""
    terms_date: str = ""
    is_forbidden: bool = False  # by them
    prices: list[PriceView] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    since: str = ""
    knowledge_until: str = ""
    description: str = ""
    examples: list[ExampleView] = field(default_factory=list)
    measures: list[MeasureView] = field(default_factory=list)
    is_measured: bool = False  # whether the measures could be read


@dataclass(frozen=True)
class CallView:
    """One call in the list."""

    id: str
    at_ms: int
    model: str
    color: str
    key: str
    tokens: str
    cost: str
    is_settled: bool
    first_byte: str
    outcome: str
    words: str
    is_new: bool = False  # it came while the page was open


@dataclass(frozen=True)
class FactView:
    """One fact of a call."""

    name: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class CallDetailView:
    """A call that has been opened."""

    id: str = ""
    story: str = ""
    generation_id: str = ""
    facts: tuple[FactView, ...] = ()
    why: str = ""  # of a refused call: its page


@dataclass(frozen=True)
class ChoiceView:
    """One thing to choose."""

    value: str
    text: str


@dataclass(frozen=True)
class FilterView:
    """Which calls are wanted, as it stands in the page's controls; empty is any."""

    model: str = ""
    key: str = ""
    outcome: str = ""
    first: str = ""
    last: str = ""
    span: str = ""  # one of the quick choices, if the days are one
    is_set: bool = False


@dataclass(frozen=True)
class SiteView:
    """The large numbers, from the beginning."""

    requests: str = "0"
    tokens: str = "0"
    cost: str = "$0"
    people: str = "0"
    has_calls: bool = False


@dataclass(frozen=True)
class ModelShareView:
    """A place on the leader board."""

    place: int
    model: str
    color: str
    requests: str
    tokens: str
    share: str
    percent: float


@dataclass(frozen=True)
class PlaygroundView:
    """What is left of the day, and what stands in the way of another call."""

    left: str = ""
    calls_left: str = ""
    obstacle: str = ""  # empty: nothing does
    until_ms: int = 0
