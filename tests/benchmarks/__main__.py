"""`python -m tests.benchmarks`: measure HCAI between bare relays, print two tables, judge it.

Exit code 0: every target met; 1: one is missed; 2: the benchmark could not run.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

from hcai_app.settings import journal_folder, read_settings
from tests.benchmarks import ledger, report, rounds, targets
from tests.benchmarks.cases import CASES, MEMORY, NAMES, Plan, quick
from tests.benchmarks.keys import make_keys
from tests.benchmarks.processes import (
    LOAD_CORE,
    SERVER_CORE,
    BenchmarkError,
    Processes,
    wait_until_ready,
)
from tests.benchmarks.rounds import Figures, Running
from tests.benchmarks.targets import Target


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="two minutes or three, rougher figures"
    )
    parser.add_argument("--only", action="append", choices=NAMES, help="this case; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per case (default 3)")
    parser.add_argument("--slack", type=float, default=1, help="factor of room for noisy machines")
    parser.add_argument("--database", metavar="URL", help="default: a fresh SQLite file")
    parser.add_argument(
        "--postgresql", metavar="URL", help="an empty database: 64 clients on it, too"
    )
    parser.add_argument("--relays-only", action="store_true", help="measure the yardsticks alone")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every figure there too")
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan:
    wanted = options.only or NAMES
    cases = tuple(case for case in CASES if case.name in wanted)
    plan = replace(Plan(cases), rounds=options.rounds)
    return quick(plan) if options.quick else plan


class Bench:
    """One run of the benchmark, in a temporary folder."""

    def __init__(self, options: argparse.Namespace, processes: Processes, folder: Path):
        self.options = options
        self.plan = _plan(options)
        self.processes = processes
        self.database = options.database or f"sqlite:///{folder}/bench.db"
        self.figures = Figures()

    def run(self) -> list[report.Verdict]:
        """Measure everything that was asked for."""
        url = self._start_upstream()
        yardsticks = targets.relays(url)
        if self.options.relays_only:
            self._measure(yardsticks)
            return []
        ours = self._ours(url)
        rows_before = {one.name: ledger.count(one.env["DATABASE_URL"]) for one in ours}
        self._measure([*ours, *yardsticks])
        if MEMORY in (self.options.only or NAMES):
            self._measure_memory(ours[0])
        judged = report.verdicts(self.figures, self.plan, self.options.slack)
        for one in ours:
            rows = ledger.count(one.env["DATABASE_URL"]) - rows_before[one.name]
            judged.append(report.ledger(one.name, rows, self.figures.answered[one.name]))
        return judged

    def _ours(self, url: str) -> list[Target]:
        """Return HCAI, and HCAI on PostgreSQL where that is asked for, each with its keys."""
        env = targets.our_environment(self.database, url)
        found = [targets.ours(env, make_keys(self.plan.users, env))]
        if self.options.postgresql:
            env = targets.our_environment(self.options.postgresql, url)
            found.append(targets.ours_on_postgres(env, make_keys(self.plan.users, env)))
        return found

    def clean(self) -> None:
        """Remove the journals of a database that nobody will open again."""
        if not self.options.database:
            env = targets.our_environment(self.database, "http://127.0.0.1")
            shutil.rmtree(journal_folder(read_settings(env)), ignore_errors=True)

    def _start_upstream(self) -> str:
        server = self.processes.start("upstream", targets.UPSTREAM, LOAD_CORE, {})
        wait_until_ready(server, "/api/v1/models")
        return f"http://127.0.0.1:{server.port}"

    def _start(self, target: Target) -> Running:
        server = self.processes.start(target.name, target.command, SERVER_CORE, target.env)
        wait_until_ready(server, target.ready_path)
        return Running(target, server)

    def _measure(self, wanted: list[Target]) -> None:
        if not self.plan.cases:
            return
        running = [self._start(target) for target in wanted]
        rounds.measure_all(self.plan, running, self.figures)
        for one in running:
            self.processes.stop(one.server)

    def _measure_memory(self, ours: Target) -> None:
        fresh = self._start(ours)
        rounds.measure_memory(self.plan, fresh, self.figures)
        self.processes.stop(fresh.server)


def _print(bench: Bench, verdicts: list[report.Verdict], seconds: float) -> None:
    plan = bench.plan
    print(f"\nMedians of {plan.rounds} interleaved rounds, one core per server; {seconds:.0f} s.\n")
    print(report.goals(bench.figures), end="\n\n")
    print(report.table(bench.figures, plan.cases), end="\n\n")
    for line in (*verdicts, *report.notes(bench.figures)):
        print(line)


def _write(file: Path, bench: Bench, verdicts: list[report.Verdict]) -> None:
    figures = bench.figures
    results = {
        case: {target: [asdict(one) for one in found] for target, found in by_target.items()}
        for case, by_target in figures.results.items()
    }
    document = {
        "results": results,
        "memory_mb": figures.memory_mb,
        "answered": figures.answered,
        "verdicts": [asdict(verdict) for verdict in verdicts],
    }
    file.write_text(json.dumps(document, indent=2) + "\n")


def main() -> int:
    """Run the benchmark and return its exit code."""
    options = _options()
    # A terminated benchmark leaves by the same door, so that its servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hcai-bench-") as name:
        folder = Path(name)
        with Processes(folder) as processes:
            bench = Bench(options, processes, folder)
            try:
                verdicts = bench.run()
            except (BenchmarkError, RuntimeError) as error:
                print(f"The benchmark could not run: {error}", file=sys.stderr)
                return 2
        bench.clean()
    _print(bench, verdicts, time.monotonic() - began)
    if options.json:
        _write(options.json, bench, verdicts)
    return 0 if all(verdict.holds for verdict in verdicts) else 1


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(main())
