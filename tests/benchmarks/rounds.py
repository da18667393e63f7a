"""Runs the measurements: every target in turn, round after round, so that noise hits all alike."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from tests.benchmarks import procfs
from tests.benchmarks.cases import Case, Plan
from tests.benchmarks.jobs import Job, Result
from tests.benchmarks.processes import LOAD_CORE, BenchmarkError, Server, pin
from tests.benchmarks.targets import Target

_LOAD_S = 300
# How much longer than the measurement the load beside it runs: it starts at the same time.
BESIDE_LEAD_S = 2.0


@dataclass(frozen=True)
class Running:
    """A target and the server that plays it."""

    target: Target
    server: Server


@dataclass
class Figures:
    """Everything measured: results by case and target, one per round."""

    results: dict[str, dict[str, list[Result]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    memory_mb: tuple[float, float] | None = None
    answered: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    faults: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, target: str, result: Result) -> Result:
        """Count a measurement's calls."""
        self.answered[target] += result.answered + result.answered_warm
        self.failed[target] += result.failed
        self.faults[target].update(result.faults)
        return result


def measure_all(plan: Plan, running: list[Running], figures: Figures) -> None:
    """Run every case on every target, `plan.rounds` times."""
    for number in range(plan.rounds):
        for case in plan.cases:
            _say(f"round {number + 1} of {plan.rounds}: {case.title}")
            for one in _rotated([one for one in running if one.target.takes(case)], number):
                result = figures.add(one.target.name, measure(case, one))
                figures.results[case.name][one.target.name].append(result)


def measure_memory(plan: Plan, ours: Running, figures: Figures) -> None:
    """Note HCAI's memory after the plan's smaller and larger number of calls."""
    fewer, more = plan.memory_calls
    _say(f"memory after {fewer:,} and {more:,} calls")
    figures.memory_mb = (
        _memory_after(fewer, ours, figures),
        _memory_after(more - fewer, ours, figures),
    )


def _memory_after(calls: int, ours: Running, figures: Figures) -> float:
    case = Case("memory", "memory", clients=64, calls=calls)
    figures.add(ours.target.name, measure(case, ours))
    return procfs.resident_mb(ours.server.pid)


def measure(case: Case, one: Running) -> Result:
    """Run one load process to its end.

    Raises:
        BenchmarkError: When the load itself fails.
    """
    job = job_of(case, one)
    if not case.beside:
        return end_load(start_load(job), one)
    beside = replace(
        job,
        clients=case.beside,
        path=job.path.replace("/chat/completions", "/embeddings"),
        is_embeddings=True,
        seconds=case.seconds + BESIDE_LEAD_S,
    )
    others = start_load(beside)
    result = end_load(start_load(job), one)
    large = end_load(others, one)
    result.answered_warm += large.answered + large.answered_warm
    result.failed += large.failed
    result.faults += large.faults
    return result


def start_load(job: Job) -> subprocess.Popen[str]:
    """Start a load process, on the core of the loads."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: pin(LOAD_CORE),
    )
    assert process.stdin
    process.stdin.write(json.dumps(asdict(job)))
    process.stdin.close()
    process.stdin = None
    return process


def end_load(load: subprocess.Popen[str], one: Running) -> Result:
    """Wait for a load process, and return what it reports.

    Raises:
        BenchmarkError: When it fails.
    """
    output, errors = load.communicate(timeout=_LOAD_S)
    if load.returncode:
        raise BenchmarkError(f"the load on {one.target.name} failed:\n{errors[-2000:]}")
    return Result(**json.loads(output))


def job_of(case: Case, one: Running) -> Job:
    """Return what a load process is to do to a server."""
    return Job(
        port=one.server.port,
        path=one.target.path,
        pid=one.server.pid,
        clients=case.clients,
        keys=list(one.target.keys),
        chunks=case.chunks,
        delay_ms=case.delay_ms,
        calls=case.calls,
        seconds=case.seconds,
        warm_calls=case.warm_calls,
    )


def _rotated(running: list[Running], by: int) -> Iterator[Running]:
    for index in range(len(running)):
        yield running[(index + by) % len(running)]


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)
