"""Turns the figures into two tables, what is wanted and everything else, and into verdicts.

A ratio is the median of the rounds' own ratios: neighbours in time share the machine's mood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.cases import (
    BOUNDS,
    CASES,
    GOALS,
    MEMORY_GROWTH,
    MEMORY_MB,
    POSTGRES_GOAL,
    Bound,
    Case,
    Goal,
    Plan,
)
from tests.benchmarks.jobs import Result
from tests.benchmarks.rounds import Figures
from tests.benchmarks.targets import AIOHTTP, HTTPX, NGINX, OURS, OURS_ON_POSTGRES

UNITS = {
    "calls_per_s": "calls/s",
    "chunks_per_s": "chunks/s",
    "cpu_per_1000": "CPU, ms a call",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "first_p50_ms": "first token p50, ms",
    "first_p99_ms": "first token p99, ms",
    "gap_ms": "largest gap between two chunks, ms",
    "answered": "complete",
}
_PLAIN = ("calls_per_s", "cpu_per_1000", "p50_ms", "p99_ms")
_STREAMS = ("chunks_per_s", "cpu_per_1000", "first_p50_ms", "first_p99_ms", "gap_ms", "answered")
_TITLES = {case.name: case.title for case in CASES}
_YARDSTICKS = (AIOHTTP, NGINX, HTTPX)
NONE = "–"


@dataclass(frozen=True)
class Verdict:
    """One target, and whether it is met."""

    holds: bool
    text: str

    def __str__(self) -> str:
        return f"{'ok    ' if self.holds else 'MISSED'} {self.text}"


Rounds = dict[str, list[Result]]


def value(rounds: Rounds, target: str, figure: str) -> float | None:
    """Take the median of a figure over the rounds."""
    found = [getattr(result, figure) for result in rounds.get(target, [])]
    return median(found) if found else None


def ratio(rounds: Rounds, figure: str, yardstick: str, target: str = OURS) -> float | None:
    """Compare HCAI with a yardstick, round by round."""
    pairs = zip(rounds.get(target, []), rounds.get(yardstick, []), strict=False)
    found = [
        getattr(mine, figure) / getattr(theirs, figure)
        for mine, theirs in pairs
        if getattr(theirs, figure)
    ]
    return median(found) if found else None


def goals(figures: Figures) -> str:
    """Draw what is wanted: HCAI beside the relay in Python, and beside nginx."""
    head = f"| | to the {AIOHTTP} | wanted | to {NGINX} | {OURS} |"
    return "\n".join([head, "| --- | ---: | ---: | ---: | ---: |", *_goal_rows(figures)])


def _goal_rows(figures: Figures) -> Iterator[str]:
    for goal in GOALS:
        rounds = figures.results.get(goal.case, {})
        if rounds:
            ratios = [_times(ratio(rounds, goal.figure, one)) for one in (AIOHTTP, NGINX)]
            own = _number(value(rounds, OURS, goal.figure))
            yield _line(_named(goal), ratios[0], goal.wanted, ratios[1], own)
    for bound in BOUNDS:
        if rounds := figures.results.get(bound.case, {}):
            own = _number(value(rounds, OURS, bound.figure))
            yield _line(_named(bound), NONE, f"≤ {bound.most:g}", NONE, own)
    if (on_postgres := _postgres_ratio(figures)) is not None:
        name = f"calls/s on PostgreSQL, to SQLite: {_TITLES[POSTGRES_GOAL.case]}"
        own = _number(_of_postgres(figures, OURS_ON_POSTGRES))
        yield _line(name, _times(on_postgres), POSTGRES_GOAL.wanted, NONE, own)
    if figures.memory_mb is not None:
        own = f"{figures.memory_mb[1]:.0f}"
        yield _line("memory of a worker, MB", NONE, f"≤ {MEMORY_MB}", NONE, own)


def _named(goal: Goal | Bound) -> str:
    return f"{UNITS[goal.figure]}: {_TITLES[goal.case]}"


def table(figures: Figures, cases: tuple[Case, ...]) -> str:
    """Draw every figure of every case, ratios first."""
    to = [f"to {name}" for name in _YARDSTICKS]
    lines = [
        _line("case", "figure", *to, OURS, *_YARDSTICKS),
        _line("---", "---", *["---:"] * 7),
    ]
    for case in cases:
        rounds = figures.results.get(case.name, {})
        shown = _STREAMS if case.chunks else _PLAIN
        lines.extend(_row(case.title, rounds, figure) for figure in shown if rounds)
    return "\n".join(lines)


def _row(title: str, rounds: Rounds, figure: str) -> str:
    ratios = [_times(ratio(rounds, figure, name)) for name in _YARDSTICKS]
    values = [_number(value(rounds, name, figure)) for name in (OURS, *_YARDSTICKS)]
    return _line(title, UNITS[figure], *ratios, *values)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _number(number: float | None) -> str:
    if number is None:
        return NONE
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _times(number: float | None) -> str:
    return NONE if number is None else f"{number:.2f}x"


def verdicts(figures: Figures, plan: Plan, slack: float) -> list[Verdict]:
    """Judge everything that was measured."""
    found = [_judge(figures, goal, slack) for goal in GOALS]
    found += [_bounded(figures, bound, slack) for bound in BOUNDS]
    found += [_all_streams(figures, case) for case in plan.cases if case.calls]
    found += [_postgres(figures, slack), *_memory(figures, plan, slack), _all_right(figures)]
    return [verdict for verdict in found if verdict]


def _judge(figures: Figures, goal: Goal, slack: float) -> Verdict | None:
    measured = ratio(figures.results.get(goal.case, {}), goal.figure, AIOHTTP)
    if measured is None:
        return None
    text = f"{_TITLES[goal.case]}: {UNITS[goal.figure]} {measured:.2f}x the {AIOHTTP}"
    return Verdict(goal.holds(measured, slack), f"{text} (wanted {goal.wanted}{_room(slack)})")


def _bounded(figures: Figures, bound: Bound, slack: float) -> Verdict | None:
    rounds = figures.results.get(bound.case, {}).get(OURS)
    if not rounds:
        return None
    worst = max(getattr(result, bound.figure) for result in rounds)
    text = f"{_TITLES[bound.case]}: {UNITS[bound.figure]} {worst:.0f} in the worst round"
    wanted = f"(wanted ≤ {bound.most:g}{_room(slack)})"
    return Verdict(worst <= bound.most * slack, f"{text} {wanted}")


def _room(slack: float) -> str:
    return f", slack {slack:g}" if slack != 1 else ""


def _all_streams(figures: Figures, case: Case) -> Verdict | None:
    rounds = figures.results.get(case.name, {}).get(OURS)
    if not rounds:
        return None
    worst = min(result.answered for result in rounds)
    text = f"{case.title}: {worst:,} of {case.calls:,} complete in the worst round"
    return Verdict(worst == case.calls, text)


def _postgres(figures: Figures, slack: float) -> Verdict | None:
    measured = _postgres_ratio(figures)
    if measured is None:
        return None
    text = f"{_TITLES[POSTGRES_GOAL.case]}: calls/s on PostgreSQL {measured:.2f}x those on SQLite"
    wanted = f"(wanted {POSTGRES_GOAL.wanted}{_room(slack)})"
    return Verdict(POSTGRES_GOAL.holds(measured, slack), f"{text} {wanted}")


def _postgres_ratio(figures: Figures) -> float | None:
    rounds = figures.results.get(POSTGRES_GOAL.case, {})
    return ratio(rounds, POSTGRES_GOAL.figure, OURS, OURS_ON_POSTGRES)


def _of_postgres(figures: Figures, target: str) -> float | None:
    return value(figures.results.get(POSTGRES_GOAL.case, {}), target, POSTGRES_GOAL.figure)


def _memory(figures: Figures, plan: Plan, slack: float) -> list[Verdict]:
    if figures.memory_mb is None:
        return []
    (early, late), (fewer, more) = figures.memory_mb, plan.memory_calls
    growth = late / early - 1
    size = f"memory {late:.0f} MB after {more:,} calls (wanted ≤ {MEMORY_MB}{_room(slack)})"
    text = f"memory {growth:+.1%} from {fewer:,} to {more:,} calls"
    wanted = f"(wanted ≤ {MEMORY_GROWTH:+.0%}{_room(slack)})"
    return [
        Verdict(late <= MEMORY_MB * slack, size),
        Verdict(growth <= MEMORY_GROWTH * slack, f"{text} {wanted}"),
    ]


def _all_right(figures: Figures) -> Verdict | None:
    ours = [name for name in (OURS, OURS_ON_POSTGRES) if name in figures.answered]
    if not ours:
        return None
    answered, bad = (sum(of[name] for name in ours) for of in (figures.answered, figures.failed))
    faults = sorted(set().union(*(figures.faults[name] for name in ours)))[:3]
    text = f"{answered:,} calls answered in full, {bad:,} not"
    return Verdict(not bad, "; ".join((text, *faults)))


def ledger(name: str, rows: int, answered: int) -> Verdict:
    """Judge whether a ledger holds exactly what was answered."""
    return Verdict(rows == answered, f"{name}: {rows:,} rows for {answered:,} answered calls")


def notes(figures: Figures) -> Iterator[str]:
    """Say what was not measured, and where a relay gave wrong answers: its figures say less."""
    if NGINX not in figures.answered:
        yield f"note   {NGINX} is not installed: it is no yardstick here"
    if OURS_ON_POSTGRES not in figures.answered:
        yield "note   PostgreSQL was not measured: name an empty database with --postgresql"
    for name, bad in figures.failed.items():
        if bad and name not in (OURS, OURS_ON_POSTGRES):
            faults = "; ".join(sorted(figures.faults[name])[:2])
            yield f"note   {name}: {bad:,} answers failed; {faults}"
