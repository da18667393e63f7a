"""What is measured: the cases, how long each takes, and what is wanted of HCAI."""

from dataclasses import dataclass, replace

MEMORY = "memory"


@dataclass(frozen=True)
class Case:
    """One kind of load; `calls` or `seconds` ends a round."""

    name: str
    title: str
    clients: int
    seconds: float = 0
    calls: int = 0
    chunks: int = 0
    delay_ms: int = 0
    warm_calls: int = 0
    beside: int = 0  # other clients, which ask for embeddings of 1 MB all the time


@dataclass(frozen=True)
class Goal:
    """A wanted ratio of HCAI's figure to that of the bare aiohttp relay."""

    case: str
    figure: str
    ratio: float
    at_least: bool = False

    def holds(self, ratio: float, slack: float) -> bool:
        """Tell whether the ratio is good enough, with room for a noisy machine."""
        if self.at_least:
            return ratio >= self.ratio / slack
        return ratio <= self.ratio * slack

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"{'≥' if self.at_least else '≤'} {self.ratio:g}x"


@dataclass(frozen=True)
class Bound:
    """What a figure of HCAI's may be at most, whatever a relay's is."""

    case: str
    figure: str
    most: float


PLAIN_1, PLAIN_8, PLAIN_64 = "plain-1", "plain-8", "plain-64"
STREAMS_64, STREAMS_500, STREAMS_2000 = "streams-64", "streams-500", "streams-2000"
BESIDE = "beside-embeddings"
CASES = (
    Case(PLAIN_1, "answers of 1 KB, 1 client", 1, seconds=2, warm_calls=100),
    Case(PLAIN_8, "answers of 1 KB, 8 clients", 8, seconds=2, warm_calls=300),
    Case(PLAIN_64, "answers of 1 KB, 64 clients", 64, seconds=4, warm_calls=600),
    Case(STREAMS_64, "64 streams of 64 chunks, no delay", 64, 4, chunks=64, warm_calls=128),
    Case(
        STREAMS_500,
        "500 streams of 50 chunks, 20 ms apart",
        500,
        calls=500,
        chunks=50,
        delay_ms=20,
        warm_calls=1000,
    ),
    Case(
        STREAMS_2000,
        "2,000 streams of 25 chunks, 100 ms apart",
        2000,
        calls=2000,
        chunks=25,
        delay_ms=100,
        warm_calls=2000,
    ),
    Case(
        BESIDE,
        "answers of 1 KB, 4 clients, beside 64 with embeddings of 1 MB",
        4,
        seconds=4,
        warm_calls=100,
        beside=64,
    ),
)
GOALS = (
    Goal(PLAIN_64, "calls_per_s", 1.15, at_least=True),
    Goal(PLAIN_64, "cpu_per_1000", 0.9),
    Goal(PLAIN_8, "cpu_per_1000", 1.3),
    Goal(PLAIN_1, "cpu_per_1000", 2.4),
    Goal(PLAIN_1, "p50_ms", 2.6),
    Goal(STREAMS_64, "chunks_per_s", 1.1, at_least=True),
    Goal(STREAMS_500, "first_p99_ms", 0.85),
    Goal(BESIDE, "p99_ms", 3.0),
)
BOUNDS = (Bound(STREAMS_2000, "gap_ms", 500),)
# Calls a second on PostgreSQL to those on SQLite.
POSTGRES_GOAL = Goal(PLAIN_64, "calls_per_s", 0.8, at_least=True)
MEMORY_MB, MEMORY_GROWTH = 130, 0.05
NAMES = (*(case.name for case in CASES), MEMORY)


@dataclass(frozen=True)
class Plan:
    """How much of everything a run does."""

    cases: tuple[Case, ...]
    rounds: int = 3
    users: int = 1000
    memory_calls: tuple[int, int] = (20_000, 100_000)


def quick(plan: Plan) -> Plan:
    """Shorten a plan to what fits into two minutes."""
    cases = tuple(_shorten(case) for case in plan.cases)
    return replace(plan, cases=cases, users=200, memory_calls=(4_000, 20_000))


def _shorten(case: Case) -> Case:
    if case.seconds:
        return replace(case, seconds=case.seconds / 4, warm_calls=case.warm_calls // 3)
    return replace(case, chunks=case.chunks * 2 // 5, warm_calls=case.clients)
