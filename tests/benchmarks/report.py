"""Turns the figures into a table of medians and ratios, and into verdicts.

A ratio is the median of the rounds' own ratios: neighbours in time share the machine's mood.
"""

from dataclasses import dataclass
from statistics import median

from tests.benchmarks.cases import (
    CASES,
    GOALS,
    MAX_BESIDE_P99_MS,
    MEMORY_GROWTH,
    Case,
    Goal,
    Plan,
)
from tests.benchmarks.jobs import Result
from tests.benchmarks.rounds import Figures
from tests.benchmarks.targets import AIOHTTP, HTTPX, OURS

UNITS = {
    "calls_per_s": "calls/s",
    "chunks_per_s": "chunks/s",
    "cpu_per_1000": "CPU s per 1,000 calls",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "first_p50_ms": "first token p50 ms",
    "first_p99_ms": "first token p99 ms",
    "answered": "complete",
}
_PLAIN = ("calls_per_s", "cpu_per_1000", "p50_ms", "p99_ms")
_STREAMS = ("chunks_per_s", "cpu_per_1000", "first_p50_ms", "first_p99_ms", "answered")
_TITLES = {case.name: case.title for case in CASES}


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


def ratio(rounds: Rounds, figure: str, yardstick: str) -> float | None:
    """Compare HCAI with a relay, round by round."""
    pairs = zip(rounds.get(OURS, []), rounds.get(yardstick, []), strict=False)
    found = [
        getattr(mine, figure) / getattr(theirs, figure)
        for mine, theirs in pairs
        if getattr(theirs, figure)
    ]
    return median(found) if found else None


def table(figures: Figures, cases: tuple[Case, ...]) -> str:
    """Draw every figure of every case."""
    head = f"| case | figure | {OURS} | {AIOHTTP} | {HTTPX} | to aiohttp | to httpx |"
    lines = [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for case in cases:
        rounds = figures.results.get(case.name, {})
        shown = _STREAMS if case.chunks else _PLAIN
        lines.extend(_row(case.title, rounds, figure) for figure in shown if rounds)
    return "\n".join(lines)


def _row(title: str, rounds: Rounds, figure: str) -> str:
    values = [_number(value(rounds, name, figure)) for name in (OURS, AIOHTTP, HTTPX)]
    ratios = [_times(ratio(rounds, figure, name)) for name in (AIOHTTP, HTTPX)]
    return f"| {' | '.join((title, UNITS[figure], *values, *ratios))} |"


def _number(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _times(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}x"


def verdicts(figures: Figures, plan: Plan, slack: float) -> list[Verdict]:
    """Judge everything that was measured."""
    found = [_judge(figures, goal, slack) for goal in GOALS]
    found += [_beside(figures, slack), _all_streams(figures, plan)]
    found += [_memory(figures, plan, slack), _all_right(figures)]
    return [verdict for verdict in found if verdict]


def _judge(figures: Figures, goal: Goal, slack: float) -> Verdict | None:
    measured = ratio(figures.results.get(goal.case, {}), goal.figure, AIOHTTP)
    if measured is None:
        return None
    sign = "at least" if goal.at_least else "at most"
    text = f"{_TITLES[goal.case]}: {UNITS[goal.figure]} {measured:.2f}x the aiohttp relay"
    room = f", slack {slack:g}" if slack != 1 else ""
    wanted = f"wanted {sign} {goal.ratio:g}x{room}"
    return Verdict(goal.holds(measured, slack), f"{text} ({wanted})")


def _beside(figures: Figures, slack: float) -> Verdict | None:
    measured = value(figures.results.get("beside-embeddings", {}), OURS, "p99_ms")
    if measured is None:
        return None
    text = f"{_TITLES['beside-embeddings']}: p99 {measured:.0f} ms"
    most = MAX_BESIDE_P99_MS * slack
    return Verdict(measured <= most, f"{text} (wanted at most {most:.0f} ms)")


def _all_streams(figures: Figures, plan: Plan) -> Verdict | None:
    wanted = {case.name: case.calls for case in plan.cases}.get("streams-500")
    rounds = figures.results.get("streams-500", {}).get(OURS)
    if not rounds:
        return None
    worst = min(result.answered for result in rounds)
    return Verdict(worst == wanted, f"{worst} of {wanted} streams complete in the worst round")


def _memory(figures: Figures, plan: Plan, slack: float) -> Verdict | None:
    if figures.memory_mb is None:
        return None
    (early, late), (fewer, more) = figures.memory_mb, plan.memory_calls
    growth = late / early - 1
    text = f"memory {early:.0f} MB after {fewer:,} calls, {late:.0f} MB after {more:,}"
    wanted = f"{growth:+.1%}, wanted at most {MEMORY_GROWTH * slack:+.0%}"
    return Verdict(growth <= MEMORY_GROWTH * slack, f"{text} ({wanted})")


def _all_right(figures: Figures) -> Verdict | None:
    if OURS not in figures.answered:
        return None
    bad, faults = figures.failed[OURS], sorted(figures.faults[OURS])[:3]
    text = f"{figures.answered[OURS]:,} calls answered in full, {bad:,} not"
    return Verdict(not bad, "; ".join((text, *faults)))


def ledger(rows: int, answered: int) -> Verdict:
    """Judge whether the ledger holds exactly what was answered."""
    return Verdict(rows == answered, f"ledger: {rows:,} rows for {answered:,} answered calls")


def strangers(figures: Figures) -> list[str]:
    """Say where a relay, not HCAI, gave wrong answers: its figures are then worth less."""
    return [
        f"note   {name}: {bad:,} answers failed; {'; '.join(sorted(figures.faults[name])[:2])}"
        for name, bad in figures.failed.items()
        if bad and name != OURS
    ]
