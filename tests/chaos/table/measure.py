"""One fault under load, in figures: what clients saw, what is booked, when all was well again."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.chaos import books
from tests.chaos.clients import Seen
from tests.chaos.table.faults import Fault
from tests.chaos.table.gate import Gate, gate_of
from tests.chaos.table.scene import Scene

WARM_CALLS = 150
AFTER_S = 6
SETTLED_S = 90
AGREES_S = 30
# How long nothing may pass after a fault: four workers start meanwhile, on a machine that is busy.
WELL_S = 300
BROKEN = 0


@dataclass(frozen=True)
class Row:
    """The figures of one fault; times in seconds."""

    name: str
    meanwhile: Counter[int]
    broken: int
    lost: int
    doubled: int
    gate: Gate
    to_normal: float
    p99_before: float
    p99_during: float
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.problems) and self.gate.agrees


@dataclass
class Marks:
    """When the fault began and ended."""

    began: float
    ended: float


def measure(scene: Scene, fault: Fault) -> Row:
    """Break it under load, mend it, wait until the books are settled, and count."""
    scene.provider.reset()
    scene.new_person()
    with scene.load() as load:
        books.wait_until(lambda: len(load.seen) >= WARM_CALLS, 60, "the load runs")
        marks = Marks(time.monotonic(), 0)
        fault.begin(scene)
        time.sleep(fault.seconds)
        fault.end(scene)
        marks.ended = time.monotonic()
        problems = _failing(
            lambda: books.wait_until(
                lambda: _is_well(load.seen, marks.ended), WELL_S, "calls pass again"
            )
        )
        time.sleep(AFTER_S)
        seen = load.end()
    return _counted(scene, fault, marks, seen, problems)


def _is_well(seen: list[Seen], ended: float) -> bool:
    return sum(call.status == 200 and call.started > ended for call in seen) > WARM_CALLS


def _counted(
    scene: Scene, fault: Fault, marks: Marks, seen: list[Seen], problems: list[str]
) -> Row:
    problems += _failing(lambda: books.wait_until_settled(scene.product, SETTLED_S))
    rows = scene.ledger()
    whole = {call.request_id for call in seen if call.status == 200 and call.whole}
    missing = whole - {row["id"] for row in rows}
    asked = {call["id"] for call in scene.provider.summary()}
    ids = Counter(row["generation_id"] for row in rows if row["generation_id"])
    nameless = sum(not row["generation_id"] for row in rows)
    problems += _figures(scene, rows)
    during = [call for call in seen if call.started + call.seconds > marks.began]
    meanwhile = [call for call in during if call.started < marks.ended]
    broken = [call for call in seen if not call.whole]
    if broken and not fault.may_break:
        problems.append(f"{len(broken)} calls got no end")
    return Row(
        name=fault.name,
        meanwhile=Counter(call.status for call in meanwhile),
        broken=len(broken),
        lost=len(missing) + max(0, len(asked - set(ids)) - nameless),
        doubled=sum(count - 1 for count in ids.values()),
        gate=gate_of(scene, AGREES_S),
        to_normal=_to_normal(seen, marks.ended),
        p99_before=_p99(call for call in seen if call.started + call.seconds <= marks.began),
        p99_during=_p99(meanwhile),
        problems=tuple(problems),
    )


def _failing(check: Callable[[], Any]) -> list[str]:
    """Return what a check finds, in one line; the table goes on with its next row."""
    try:
        check()
    except AssertionError as error:
        return [str(error).splitlines()[0][:200]]
    return []


def _figures(scene: Scene, rows: list[books.Row]) -> list[str]:
    """Rows have the provider's own figures, and roll-ups are the rows' sums."""
    calls = {call["id"]: call for call in scene.provider.summary()}

    def check() -> None:
        for row in rows:
            if row["generation_id"] in calls:
                books.check_figures(row, calls[row["generation_id"]])
        books.check_roll_ups(scene.product)

    return _failing(check)


def _to_normal(seen: list[Seen], ended: float) -> float:
    """Until the last call that failed after the fault's end, seconds from then."""
    failed = [
        call for call in seen if call.started > ended and (call.status != 200 or not call.whole)
    ]
    return max((call.started + call.seconds - ended for call in failed), default=0.0)


def _p99(calls: Iterable[Seen]) -> float:
    durations = sorted(call.seconds for call in calls if call.status == 200)
    return durations[int(len(durations) * 0.99)] if durations else 0.0
