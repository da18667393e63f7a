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
    at_least: bool

    def holds(self, ratio: float, slack: float) -> bool:
        """Tell whether the ratio is good enough, with room for a noisy machine."""
        if self.at_least:
            return ratio >= self.ratio / slack
        return ratio <= self.ratio * slack


CASES = (
    Case("plain-1", "answers of 1 KB, 1 client", 1, seconds=2, warm_calls=100),
    Case("plain-16", "answers of 1 KB, 16 clients", 16, seconds=2, warm_calls=300),
    Case("plain-64", "answers of 1 KB, 64 clients", 64, seconds=4, warm_calls=600),
    Case("streams-64", "64 streams of 64 chunks, no delay", 64, 4, chunks=64, warm_calls=128),
    Case(
        "streams-500",
        "500 streams of 50 chunks, 20 ms apart",
        500,
        calls=500,
        chunks=50,
        delay_ms=20,
        warm_calls=1000,
    ),
    Case(
        "beside-embeddings",
        "answers of 1 KB, 4 clients, beside 64 with embeddings of 1 MB",
        4,
        seconds=4,
        warm_calls=100,
        beside=64,
    ),
)
# What other calls may take while large answers go through, in milliseconds.
MAX_BESIDE_P99_MS = 100
GOALS = (
    Goal("plain-64", "calls_per_s", 0.5, at_least=True),
    Goal("plain-64", "cpu_per_1000", 2.2, at_least=False),
    Goal("plain-64", "p99_ms", 2.5, at_least=False),
    Goal("streams-64", "chunks_per_s", 0.6, at_least=True),
    Goal("streams-500", "first_p99_ms", 2.0, at_least=False),
)
MEMORY_GROWTH = 0.05
NAMES = (*(case.name for case in CASES), MEMORY)


@dataclass(frozen=True)
class Plan:
    """How much of everything a run does."""

    cases: tuple[Case, ...]
    rounds: int = 3
    users: int = 1000
    memory_calls: tuple[int, int] = (20_000, 100_000)


def quick(plan: Plan) -> Plan:
    """Shorten a plan to what fits into a minute and a half."""
    cases = tuple(_shorten(case) for case in plan.cases)
    return replace(plan, cases=cases, users=200, memory_calls=(4_000, 20_000))


def _shorten(case: Case) -> Case:
    if case.seconds:
        return replace(case, seconds=case.seconds / 4, warm_calls=case.warm_calls // 3)
    return replace(case, chunks=20, warm_calls=500)
