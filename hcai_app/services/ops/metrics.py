"""Prometheus counters and histograms of this worker.

The counts are plain numbers, added up once a group of the ledger's, and given Prometheus' form only
when somebody asks: the client library's own counters would cost a call ten times as much. Nothing
here is about a user, and no label takes a value that a caller can choose.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from hcai_app.services.call import FAILURES_OF_PROVIDER, LedgerEntry

FIRST_BYTE_MS = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
DURATION_MS = (
    100,
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
)
LAG_EVERY_S = 0.5
LAG_MS = (1, 5, 10, 25, 50, 100, 250, 500, 1_000)
OTHER = "other"
FAILURES = frozenset(outcome.value for outcome in FAILURES_OF_PROVIDER)
TOKENS = ("prompt", "completion", "reasoning", "cached")
NANO = 1e9


class Distribution:
    """How often a number of milliseconds was how large."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds_ms: tuple[int, ...]) -> None:
        self._bounds = bounds_ms
        self._counts = [0] * (len(bounds_ms) + 1)
        self._sum = 0.0

    def add(self, value_ms: float) -> None:
        """Count one number."""
        self._counts[bisect_left(self._bounds, value_ms)] += 1
        self._sum += value_ms

    def show(self, family: HistogramMetricFamily, labels: list[str]) -> None:
        """Add this distribution to a family, in seconds."""
        total, buckets = 0, list[tuple[str, float]]()
        names = [*(str(bound / 1000) for bound in self._bounds), "+Inf"]
        for name, count in zip(names, self._counts, strict=True):
            total += count
            buckets.append((name, total))
        family.add_metric(labels, buckets, self._sum / 1000)


class _Kind:
    """The calls of one endpoint that are streams, or those that are not."""

    __slots__ = ("durations", "first_bytes")

    def __init__(self) -> None:
        self.durations = Distribution(DURATION_MS)
        self.first_bytes = Distribution(FIRST_BYTE_MS)


class _Spent:
    """What the calls of one model used, of those rows that are settled."""

    __slots__ = ("cached", "completion", "cost_nanousd", "prompt", "reasoning")

    def __init__(self) -> None:
        self.prompt = self.completion = self.reasoning = self.cached = self.cost_nanousd = 0

    def add(self, entry: LedgerEntry) -> None:
        self.prompt += entry.prompt_tokens
        self.completion += entry.completion_tokens
        self.reasoning += entry.reasoning_tokens
        self.cached += entry.cached_tokens
        self.cost_nanousd += entry.cost_nanousd


class Metrics(Collector):
    """Counts of one worker; only the models named in the settings have a label of their own."""

    def __init__(self, models: Iterable[str]) -> None:
        self._models = frozenset(models)
        self._calls: dict[tuple[str, str, str], int] = {}  # by endpoint, outcome, model
        self._kinds: dict[tuple[str, bool], _Kind] = {}
        self._spent: dict[str, _Spent] = {}
        self._failures: Counter[tuple[str, int]] = Counter()
        self._sources: Counter[str] = Counter()
        self._refusals: Counter[tuple[str, int]] = Counter()
        self._moderations: Counter[str] = Counter()
        self._fair_use: Counter[tuple[str, str]] = Counter()
        self._checks: Counter[tuple[str, str]] = Counter()
        self._categories: Counter[str] = Counter()
        self._help_opened = 0
        self._lag = Distribution(LAG_MS)
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        for of_process in (ProcessCollector, GCCollector):
            of_process(registry=self.registry)

    def count(self, entries: list[LedgerEntry]) -> None:
        """Count rows that the ledger has committed."""
        calls, kinds, models = self._calls, self._kinds, self._models
        for entry in entries:
            model = entry.requested_model
            if model not in models:
                model = self._label(model)
            key = (entry.endpoint, entry.outcome, model)
            calls[key] = calls.get(key, 0) + 1
            kind = kinds.get((entry.endpoint, entry.streamed))
            if kind is None:
                kind = kinds[entry.endpoint, entry.streamed] = _Kind()
            kind.durations.add(entry.duration_ms)
            if entry.first_byte_ms is not None:
                kind.first_bytes.add(entry.first_byte_ms)
            if entry.settled:
                self._spend(model, entry)
            if entry.outcome in FAILURES:
                self._failures[entry.outcome, entry.status] += 1

    def count_settled(self, entry: LedgerEntry) -> None:
        """Count the tokens and the cost of a row that was settled after its commit."""
        self._spend(self._label(entry.requested_model), entry)

    def count_refusal(self, endpoint: str | None, status: int) -> None:
        """Count an error that ended a request before it was a call."""
        self._refusals[endpoint or OTHER, status] += 1

    def count_moderation(self, outcome: str) -> None:
        """Count a moderation, which has no row."""
        self._moderations[outcome] += 1

    def count_fair_use(self, rule: str, mode: str) -> None:
        """Count a call that a rule of fair use refused, or would have."""
        self._fair_use[rule, mode] += 1

    def count_safety(self, finding: str, because: str, categories: Iterable[str]) -> None:
        """Count a check of a prompt, and the categories that it found."""
        self._checks[finding, because] += 1
        self._categories.update(categories)

    def count_help(self) -> None:
        """Count that somebody opened the page of help."""
        self._help_opened += 1

    def fired(self) -> dict[str, int]:
        """Return how often each rule of fair use refused a call, or would have."""
        sums: dict[str, int] = {}
        for (rule, _mode), count in self._fair_use.items():
            sums[rule] = sums.get(rule, 0) + count
        return sums

    async def measure_lag(self) -> None:
        """Measure event loop lag until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lag.add(max(0.0, loop.time() - due) * 1000)

    def collect(self) -> Iterator[Metric]:
        """Give the counts in Prometheus' form."""
        yield self._show_calls()
        yield from self._show_times()
        yield from self._show_spent()
        yield from self._show_errors()
        yield from self._show_safety()
        lag = HistogramMetricFamily(
            "hcai_event_loop_lag_seconds", "How late the event loop comes to what is due."
        )
        self._lag.show(lag, [])
        yield lag

    def _spend(self, model: str, entry: LedgerEntry) -> None:
        spent = self._spent.get(model)
        if spent is None:
            spent = self._spent[model] = _Spent()
        spent.add(entry)
        if entry.cost_source:
            self._sources[entry.cost_source] += 1

    def _label(self, model: str) -> str:
        """Return the name under which a model is counted: a variant goes with its model."""
        if model in self._models:
            return model
        base = model.split(":", 1)[0]
        return base if base in self._models else OTHER

    def _show_calls(self) -> Metric:
        family = CounterMetricFamily(
            "hcai_calls",
            "Calls that reached the ledger.",
            labels=["endpoint", "outcome", "model"],
        )
        for labels, count in self._calls.items():
            family.add_metric(labels, count)
        return family

    def _show_times(self) -> Iterator[Metric]:
        labels = ["endpoint", "streamed"]
        first = HistogramMetricFamily(
            "hcai_call_first_byte_seconds", "Time to the answer's first byte.", labels=labels
        )
        whole = HistogramMetricFamily(
            "hcai_call_duration_seconds", "Time to the end of a call.", labels=labels
        )
        for (endpoint, is_streamed), kind in self._kinds.items():
            values = [endpoint, str(is_streamed).lower()]
            kind.first_bytes.show(first, values)
            kind.durations.show(whole, values)
        yield from (first, whole)

    def _show_spent(self) -> Iterator[Metric]:
        tokens = CounterMetricFamily("hcai_tokens", "Tokens used.", labels=["model", "kind"])
        cost = CounterMetricFamily("hcai_cost_usd", "What calls cost.", labels=["model"])
        for model, spent in self._spent.items():
            for kind in TOKENS:
                tokens.add_metric([model, kind], getattr(spent, kind))
            cost.add_metric([model], spent.cost_nanousd / NANO)
        yield from (tokens, cost)
        settled = CounterMetricFamily(
            "hcai_settled_calls", "Calls whose cost is known, by who told it.", labels=["source"]
        )
        for source, count in self._sources.items():
            settled.add_metric([source], count)
        yield settled

    def _show_safety(self) -> Iterator[Metric]:
        checks = CounterMetricFamily(
            "hcai_safety_checks",
            "Prompts checked, by what came of it, and why.",
            labels=["finding", "because"],
        )
        for labels, count in self._checks.items():
            checks.add_metric(labels, count)
        categories = CounterMetricFamily(
            "hcai_safety_findings", "What prompts were found to be.", labels=["category"]
        )
        for category, count in self._categories.items():
            categories.add_metric([category], count)
        opened = CounterMetricFamily("hcai_help_opened", "How often the page of help was opened.")
        opened.add_metric([], self._help_opened)
        yield from (checks, categories, opened)

    def _show_errors(self) -> Iterator[Metric]:
        refusals = CounterMetricFamily(
            "hcai_refusals",
            "Requests that ended with an error before they were calls.",
            labels=["endpoint", "status"],
        )
        for (endpoint, status), count in self._refusals.items():
            refusals.add_metric([endpoint, str(status)], count)
        failures = CounterMetricFamily(
            "hcai_provider_errors",
            "Calls that the provider failed or refused, by the status of our answer.",
            labels=["outcome", "status"],
        )
        for (outcome, status), count in self._failures.items():
            failures.add_metric([outcome, str(status)], count)
        moderations = CounterMetricFamily(
            "hcai_moderations", "Moderations asked of OpenAI.", labels=["outcome"]
        )
        for outcome, count in self._moderations.items():
            moderations.add_metric([outcome], count)
        fair_use = CounterMetricFamily(
            "hcai_fair_use",
            "Calls that look like programs that are not allowed, by what refused or counted them.",
            labels=["rule", "mode"],
        )
        for of_rule, count in self._fair_use.items():
            fair_use.add_metric(of_rule, count)
        yield from (refusals, failures, moderations, fair_use)
