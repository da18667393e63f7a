"""A key's rules against a plain model: whatever its owner does and the clock says, both agree."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys, rotation, rules
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.keys.rules import RulesChange
from hcai_app.services.limits.budget import Budget
from hcai_app.services.people import users
from tests.services.books import Books, entry, open_call

SECRET = "a secret of the tests, long enough for it"
HERE = "192.0.2.1"
MODELS = ("a/one", "a/two", "b/three")
USER_LIMIT, COST = 10_000, 500
MAX_KEYS = 6
NOON = datetime.fromisoformat("2026-05-03T12:00:00+00:00")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *["call"] * 6,
                "end",
                "end",
                "budget",
                "models",
                "switch",
                "rotate",
                "revoke",
                "wait",
                "back",
            ]
        ),
        st.integers(0, 10**6),
    ),
    min_size=10,
    max_size=50,
)


@dataclass
class PlainKey:
    """What a key's rules are, in the plainest words."""

    secret: str
    id: str
    end: datetime | None = None
    budget: int | None = None
    models: tuple[str, ...] | None = None
    is_on: bool = True
    is_revoked: bool = False
    has_successor: bool = False
    spent: dict[str, int] = field(default_factory=dict)  # by day

    def has_ended(self, now: datetime) -> bool:
        return self.is_revoked or (self.end is not None and self.end <= now)


class World:
    """The product's services on one side, the plain keys on the other."""

    def __init__(self, database: Database, books: Books, now: datetime) -> None:
        self.database, self.books, self.now = database, books, now
        self.budget = Budget(database, USER_LIMIT)
        self.authentication = Authentication(database, secret_key=SECRET, require_verified=False)
        self.keys: list[PlainKey] = []
        self.user_id = ""

    async def start(self) -> None:
        name = f"U{uuid.uuid4().hex}"
        self.user_id = await users.create(self.database, slack_id=name, name="Ada")
        await self.make()

    async def make(self) -> None:
        issued = await keys.issue(
            self.database, self.user_id, "laptop", secret_key=SECRET, max_keys=MAX_KEYS
        )
        self.keys.append(PlainKey(issued.secret, issued.id))

    @property
    def day(self) -> str:
        return self.now.date().isoformat()

    def pick(self, number: int) -> PlainKey:
        return self.keys[number % len(self.keys)]

    async def act(self, what: str, number: int) -> None:
        await getattr(self, what)(self.pick(number), number)
        # What the change log does within a second, done at once.
        self.authentication.forget(self.user_id, None)

    async def change(self, key: PlainKey, **fields: Any) -> bool:
        """Set rules; the model says whether they may be set."""
        wanted = RulesChange(**fields)
        try:
            await rules.change_own(self.database, self.user_id, key.id, wanted)
        except HcaiError as error:
            assert error.status == 400
            return False
        return True

    async def end(self, key: PlainKey, number: int) -> None:
        until = None if number % 4 == 0 else self.now + timedelta(hours=number % 40 - 4)
        is_past = until is not None and until <= self.now
        is_later = key.has_successor and (until is None or (key.end or until) < until)
        may = not (key.has_ended(self.now) or is_past or is_later)
        assert await self.change(key, ends_at=until) == may
        if may:
            key.end = until

    async def set_rule(self, key: PlainKey, name: str, **fields: Any) -> None:
        (value,) = fields.values()
        may = not key.has_ended(self.now)
        assert await self.change(key, **fields) == may
        if may:
            setattr(key, name, value)

    async def switch(self, key: PlainKey, number: int) -> None:
        await self.set_rule(key, "is_on", is_on=number % 2 == 0)

    async def models(self, key: PlainKey, number: int) -> None:
        chosen = (None, MODELS[:1], MODELS[1:])[number % 3]
        await self.set_rule(key, "models", models=chosen)

    async def set_budget(self, key: PlainKey, number: int) -> None:
        await self.set_rule(key, "budget", budget_nanousd=(None, 0, COST, 4 * COST)[number % 4])

    async def revoke(self, key: PlainKey, _number: int) -> None:
        await keys.revoke_own(self.database, self.user_id, key.id)
        key.is_revoked = True

    async def rotate(self, key: PlainKey, number: int) -> None:
        overlap = timedelta(hours=(0, 1, 24)[number % 3])
        active = sum(not it.has_ended(self.now) for it in self.keys)
        over = active - (not key.has_ended(self.now) and not overlap) >= MAX_KEYS
        is_late = key.end is not None and key.end <= self.now
        may = not (key.has_successor or is_late or over)
        try:
            issued = await rotation.rotate_own(
                self.database,
                (self.user_id, key.id),
                overlap,
                secret_key=SECRET,
                max_keys=MAX_KEYS,
            )
        except HcaiError as error:
            assert not may, error.message
            return
        assert may
        made = PlainKey(issued.secret, issued.id, key.end, key.budget, key.models, key.is_on)
        self.keys.append(made)
        key.has_successor = True
        if not overlap:
            key.is_revoked = True
        elif not key.is_revoked:
            key.end = min(filter(None, (key.end, self.now + overlap)))

    async def wait(self, _key: PlainKey, number: int) -> None:
        self.now += timedelta(minutes=number % 900)

    async def back(self, _key: PlainKey, number: int) -> None:
        self.now -= timedelta(minutes=number % 30)

    async def call(self, key: PlainKey, number: int) -> None:
        """One call on the whole way: the product's verdict is the model's."""
        model = MODELS[number % len(MODELS)]
        expected = self.verdict(key, model)
        try:
            caller = await self.authentication.by_key(key.secret, HERE)
            self.authentication.check_allowed(caller)
            if caller.rules is not None:
                rules.check_model(caller.rules, model, "model")
            await self.spend(caller)
        except HcaiError as error:
            assert (error.status, (error.metadata or {}).get("rule")) == expected, error.message
            return
        assert expected == (200, None)
        key.spent[self.day] = key.spent.get(self.day, 0) + COST

    def verdict(self, key: PlainKey, model: str) -> tuple[int, str | None]:
        if key.has_ended(self.now) or not key.is_on:
            return 401, None
        if key.models is not None and model not in key.models:
            return 400, "key_models"
        if sum(it.spent.get(self.day, 0) for it in self.keys) >= USER_LIMIT:
            return 402, "budget"
        if key.budget is not None and key.spent.get(self.day, 0) >= key.budget:
            return 402, "key_budget"
        return 200, None

    async def spend(self, caller: Caller) -> None:
        given = {"user_id": caller.user_id, "key_id": caller.key_id, "reserved_nanousd": 2 * COST}
        call = open_call(**given, started_at_ms=clock.to_ms(self.now))
        await self.budget.reserve(caller, call)
        row = entry(id=call.id, cost=COST, started_at_ms=clock.to_ms(self.now), **given)
        self.budget.settle(row)
        await self.books.record(row)
        self.budget.book([row])


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_a_key_does_what_its_rules_say_whatever_happens(
    steps: list[tuple[str, int]],
    database: Database,
    books: Books,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as now:
        world = World(database, books, NOON)
        now.setattr(clock, "now", lambda: world.now)
        now.setattr(clock, "now_ms", lambda: clock.to_ms(world.now))
        await world.start()
        for what, number in steps:
            await world.act("set_budget" if what == "budget" else what, number)
