"""What the benchmark says of its figures."""

import pytest

from tests.benchmarks import report
from tests.benchmarks.cases import BESIDE, CASES, PLAIN_1, PLAIN_64, STREAMS_2000, Plan
from tests.benchmarks.jobs import Result
from tests.benchmarks.rounds import Figures
from tests.benchmarks.targets import AIOHTTP, NGINX, OURS, OURS_ON_POSTGRES

PLAN = Plan(CASES)


def result(**given: float) -> Result:
    figures = dict.fromkeys(Result.__dataclass_fields__, 0.0) | given
    return Result(**{**figures, "faults": []})  # type: ignore[arg-type]


def measured(case: str, **rounds: list[Result]) -> Figures:
    figures = Figures()
    names = {"ours": OURS, "aiohttp": AIOHTTP, "nginx": NGINX, "postgres": OURS_ON_POSTGRES}
    for name, results in rounds.items():
        figures.results[case][names[name]] = results
        figures.answered[names[name]] = len(results)
    return figures


def said(figures: Figures, slack: float = 1) -> list[str]:
    return [str(verdict) for verdict in report.verdicts(figures, PLAN, slack)]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    ours = [result(p50_ms=2), result(p50_ms=30), result(p50_ms=8)]
    relay = [result(p50_ms=1), result(p50_ms=10), result(p50_ms=2)]
    figures = measured(PLAIN_1, ours=ours, aiohttp=relay)
    assert report.ratio(figures.results[PLAIN_1], "p50_ms", AIOHTTP) == 3


def test_a_goal_that_is_missed_is_told_as_missed() -> None:
    figures = measured(BESIDE, ours=[result(p99_ms=40)], aiohttp=[result(p99_ms=10)])
    assert any(
        line.startswith("MISSED") and "p99, ms 4.00x" in line and "≤ 3x" in line
        for line in said(figures)
    )
    assert any(line.startswith("ok") and "p99, ms 4.00x" in line for line in said(figures, 2))


def test_what_is_wanted_stands_beside_both_ratios() -> None:
    figures = measured(
        BESIDE,
        ours=[result(p99_ms=40)],
        aiohttp=[result(p99_ms=10)],
        nginx=[result(p99_ms=4)],
    )
    (row,) = [line for line in report.goals(figures).splitlines() if "embeddings" in line]
    assert row.split("|")[2:-1] == [" 4.00x ", " ≤ 3x ", " 10.00x ", " 40 "]


def test_the_worst_round_decides_about_gaps_and_about_streams_that_are_complete() -> None:
    rounds = [result(gap_ms=120, answered=2000), result(gap_ms=501, answered=1999)]
    lines = said(measured(STREAMS_2000, ours=rounds))
    assert any(line.startswith("MISSED") and "501 in the worst round" in line for line in lines)
    assert any(line.startswith("MISSED") and "1,999 of 2,000 complete" in line for line in lines)


def test_postgresql_is_measured_against_sqlite() -> None:
    figures = measured(
        PLAIN_64, ours=[result(calls_per_s=1000)], postgres=[result(calls_per_s=790)]
    )
    (line,) = [line for line in said(figures) if "PostgreSQL" in line]
    assert line.startswith("MISSED")
    assert "0.79x those on SQLite" in line
    assert "0.79x | ≥ 0.8x" in report.goals(figures)


@pytest.mark.parametrize(
    ("early", "late", "missed"), [(100, 104, []), (100, 106, ["growth"]), (128, 131, ["size"])]
)
def test_memory_is_judged_by_its_size_and_by_its_growth(
    early: float, late: float, missed: list[str]
) -> None:
    figures = Figures()
    figures.memory_mb = (early, late)
    size, growth = (line for line in said(figures) if "memory" in line)
    found = {"size": size.startswith("MISSED"), "growth": growth.startswith("MISSED")}
    assert [name for name, is_missed in found.items() if is_missed] == missed


def test_what_was_not_measured_is_said() -> None:
    figures = measured(PLAIN_64, ours=[result()])
    assert [line.split()[1] for line in report.notes(figures)] == ["nginx", "PostgreSQL"]
