"""Prints the table of all faults, or of those whose names hold a word: `… killed Redis`."""

import signal
import sys
from collections.abc import Iterable

from tests.chaos.table.faults import FAULTS
from tests.chaos.table.measure import Row, measure
from tests.chaos.table.scene import CLIENTS, WORKERS, Scene

HEAD = (
    "fault",
    "clients saw meanwhile",
    "rows lost",
    "doubled",
    "gate = ledger",
    "s to normal",
    "p99 before -> during",
)


def main(words: list[str]) -> int:
    """Measure each fault; the exit code is 1 when one of them lost, doubled or disagreed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and clean up
    chosen = [f for f in FAULTS if not words or any(word in f.name for word in words)]
    print(f"{WORKERS} workers, {CLIENTS} clients, PostgreSQL and Redis\n")
    print(_line(HEAD))
    print(_line(["---"] * len(HEAD)))
    rows = []
    with Scene() as scene:
        for fault in chosen:
            rows.append(measure(scene, fault))
            print(_line(_cells(rows[-1])), flush=True)
    for row in rows:
        for problem in row.problems:
            print(f"{row.name}: {problem}")
    bad = sum(not row.holds for row in rows)
    print(f"\n{len(rows) - bad} of {len(rows)} faults hold")
    return int(bool(bad))


def _cells(row: Row) -> list[str]:
    seen = [f"{count} x {status}" for status, count in sorted(row.meanwhile.items()) if status]
    if row.broken:
        seen.append(f"{row.broken} broken")
    return [
        row.name,
        ", ".join(seen),
        str(row.lost),
        str(row.doubled),
        str(row.gate),
        f"{row.to_normal:.1f}",
        f"{row.p99_before:.1f} -> {row.p99_during:.1f} s",
    ]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
