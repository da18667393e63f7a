"""One admitted call: while it runs (`RunningCall`) and as the ledger keeps it (`LedgerEntry`)."""

import os
import random
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from hcai_app import clock

ID_RANDOM_BITS = 80
# Ids must differ, not be secret, and the system's randomness costs a system call.
_random = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=_random.seed)
# The provider knows a generation's cost a moment after its end, half a second is too soon.
FIRST_LOOKUP_MS = 2_000


class Outcome(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    UPSTREAM_ERROR = "upstream_error"
    CLIENT_CLOSED = "client_closed"
    INTERRUPTED = "interrupted"
    REFUSED_BY_PROVIDER = "refused_by_provider"


FAILURES_OF_PROVIDER = (Outcome.REFUSED_BY_PROVIDER, Outcome.UPSTREAM_ERROR)


class CostSource(StrEnum):
    """Who told the cost of a call."""

    PROVIDER = "provider"
    LOOKUP = "lookup"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What the owner of a key has decided about it; None: no rule."""

    expires_at_ms: int | None = None
    budget_nanousd: int | None = None  # per period, beside that of the user
    models: tuple[str, ...] | None = None
    is_on: bool = True
    is_rotated: bool = False  # there is a successor

    def has_expired(self) -> bool:
        """Return whether the key's end has passed."""
        return self.expires_at_ms is not None and clock.now_ms() >= self.expires_at_ms


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: a user, through one of their keys or signed in on a page."""

    user_id: str
    key_id: str | None
    is_verified: bool
    ban_reason: str | None  # None: not banned
    budget_nanousd: int | None  # per period; None: the default of the settings
    pseudonym: str  # by which the provider knows the user: stable, and telling nothing
    session_id: str | None = None  # of the page that acts in place of a key
    name: str = ""
    rules: KeyRules | None = None  # of the key; None: it has none
    grant_nanousd: int | None = None  # a larger budget until `granted_until_ms`
    granted_until_ms: int = 0
    banned_until_ms: int | None = None  # None: a ban lasts until it is lifted

    def is_banned(self) -> bool:
        """Return whether a ban holds now."""
        if self.ban_reason is None:
            return False
        return self.banned_until_ms is None or clock.now_ms() < self.banned_until_ms

    def granted(self) -> int | None:
        """Return the budget that is granted for the time being, if any."""
        return self.grant_nanousd if clock.now_ms() < self.granted_until_ms else None


class Usage(msgspec.Struct, frozen=True):
    """What the provider says a call used; `cost_nanousd` None: it did not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    total_tokens: int = 0
    cost_nanousd: int | None = None


class CallStart(msgspec.Struct, frozen=True):
    """What is known of a call before the provider is asked: the journal's first line of it."""

    id: str
    user_id: str
    key_id: str | None
    endpoint: str
    requested_model: str
    streamed: bool
    reserved_nanousd: int
    started_at_ms: int


class LedgerEntry(msgspec.Struct, frozen=True):
    """A finished call, field for field a row of the table `calls`."""

    id: str
    user_id: str
    key_id: str | None
    endpoint: str
    requested_model: str
    model: str
    generation_id: str | None
    status: int
    outcome: str
    streamed: bool
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cached_tokens: int
    total_tokens: int
    cost_nanousd: int
    settled: bool
    cost_source: str | None
    started_at_ms: int
    first_byte_ms: int | None
    duration_ms: int
    reserved_nanousd: int
    settle_at_ms: int | None
    settle_attempts: int = 0


@dataclass(slots=True)
class RunningCall:
    """A running call: what was fixed at its opening, and what has been learned of it since."""

    opening: CallStart
    model: str  # the one that answered, once known
    generation_id: str | None = None
    has_status: bool = False  # the provider answered, whatever it was
    has_answer: bool = False  # the provider began to answer with a 200
    usage: Usage | None = None
    first_byte_ms: int | None = None
    segment: int = 0  # number of the journal file that holds the opening

    @property
    def id(self) -> str:
        """The row's id, and the request id that the client is told."""
        return self.opening.id

    def doubt_answer(self) -> None:
        """Take a 200 that held no answer for none, unless the provider can be asked about it."""
        self.has_answer = self.generation_id is not None

    def elapsed_ms(self) -> int:
        """Return the milliseconds since the call started."""
        return max(0, clock.now_ms() - self.opening.started_at_ms)

    def finish(
        self, outcome: Outcome, status: int, *, settle_in_ms: int | None = None
    ) -> LedgerEntry:
        """Return the row of the call, which ends now with the status that the client was sent.

        With `settle_in_ms` its cost is still on the way, and looked up only if it does not come.
        """
        opening, usage = self.opening, self.usage or Usage()
        cost, source = (0, None) if settle_in_ms is not None else self._cost(outcome)
        wait_ms = FIRST_LOOKUP_MS if settle_in_ms is None else settle_in_ms
        settle_at_ms = None if source else clock.now_ms() + wait_ms
        return LedgerEntry(
            id=opening.id,
            user_id=opening.user_id,
            key_id=opening.key_id,
            endpoint=opening.endpoint,
            requested_model=opening.requested_model,
            model=self.model,
            generation_id=self.generation_id,
            status=status,
            outcome=outcome.value,
            streamed=opening.streamed,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            cached_tokens=usage.cached_tokens,
            total_tokens=usage.total_tokens,
            cost_nanousd=cost,
            settled=source is not None,
            cost_source=source and source.value,
            started_at_ms=opening.started_at_ms,
            first_byte_ms=self.first_byte_ms,
            duration_ms=self.elapsed_ms(),
            reserved_nanousd=opening.reserved_nanousd,
            settle_at_ms=settle_at_ms,
        )

    def _cost(self, outcome: Outcome) -> tuple[int, CostSource | None]:
        """Return the cost and who told it; nobody yet means that the row is settled later."""
        if self.usage is not None and self.usage.cost_nanousd is not None:
            return self.usage.cost_nanousd, CostSource.PROVIDER
        if outcome in FAILURES_OF_PROVIDER and not self.has_answer:
            # An error instead of an answer is not billed; of a connection that failed we assume it.
            return 0, CostSource.PROVIDER if self.has_status else CostSource.ESTIMATE
        if self.generation_id is not None:
            return 0, None
        # Without an id there is nothing to look up: the reservation was our estimate.
        return self.opening.reserved_nanousd, CostSource.ESTIMATE


def new_id(started_at_ms: int) -> str:
    """Return a fresh id: 12 hex digits of milliseconds, then 20 random ones; sorts by start."""
    return f"{started_at_ms:012x}{_random.getrandbits(ID_RANDOM_BITS):020x}"


def first_id_at(moment_ms: int) -> str:
    """Return the smallest id that a call started at the moment, or later, can have."""
    return f"{moment_ms:012x}"
