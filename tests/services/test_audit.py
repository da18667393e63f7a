"""The audit log: an act and its row are one, and no row is ever changed."""

import ast
import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import NotFound
from hcai_app.services import audit
from hcai_app.services.audit import Act, Entry
from hcai_app.services.people import users
from tests.test_architecture import BY_MODULE, OURS, tree_of

SERVICES = f"{OURS}.services."
# What opens a unit of work that writes, on a database by whatever name.
WRITES = re.compile(r"(^|[._])(db|database)\.(write|write_batch|alter)$")
# What writes in a service and is no act of an admin: who does it instead.
OF_OTHERS = {
    "account.deletion.delete": "a user, to their own account",
    "audit.write": "the log itself",
    "keys.keys.revoke_own": "a user, to their own key",
    "fairuse.learned.Learned.flush": "calls",
    "fairuse.sharing.Sharing.flush": "calls",
    "ledger.booking.insert": "a call",
    "ledger.booking.put": "a call",
    "ledger.reconciliation.Reconciler._claim": "a call",
    "ledger.reconciliation.Reconciler._due_in": "a call",
    "keys.leaks.end": "whoever found a key",
    "ledger.refusals.Refusals.flush": "calls",
    "notices.delivery.Delivery.deliver": "a webhook that took it",
    "notices.notices.tell": "whatever noticed it",
    "ops.retention.clean": "the clock",
    "people.eligibility_recheck.ask": "the sign-in provider",
    "safety.counts.SafetyCounts.flush": "calls",
    "people.sessions._end": "a user, to their own session",
    "people.sessions.create": "a user, who signs in",
    "people.sign_in._enter_in_turn": "a user, who signs in",
    "fairuse.appeals.appeal": "a user, against a refusal of theirs",
    "safety.reports.report": "a user, of their own call",
}


# What writes in another room.
ELSEWHERE = {"cli.checks._database"}  # `doctor` tries, and leaves nothing behind


async def log_of(database: Database, user_id: str | None = None) -> list[Entry]:
    return await database.read(lambda it: audit.listed(it, user_id=user_id), "audit log")


async def make_user(database: Database) -> str:
    return await users.create(database, slack_id="UADA", name="Ada Lovelace")


async def test_an_act_tells_who_what_whom_before_after_why_and_when(database: Database) -> None:
    user_id = await make_user(database)
    await users.set_budget(database, "UADA", 10**10)
    await users.ban(database, "UADA", "sold their key", actor="usr_desk")
    made, limited, banned = await log_of(database, user_id)
    assert (made.act, made.before, made.after) == (
        "users.create",
        None,
        '{"is_verified":false,"budget_usd":null}',
    )
    assert made.actor.startswith("cli")
    assert (limited.before, limited.after) == ('{"budget_usd":null}', '{"budget_usd":"10"}')
    assert (banned.actor, banned.act, banned.reason) == ("usr_desk", "users.ban", "sold their key")
    assert clock.now() - banned.at < timedelta(minutes=1)
    assert {entry.user_id for entry in (made, limited, banned)} == {user_id}


async def test_an_act_that_fails_leaves_no_row(database: Database) -> None:
    with pytest.raises(NotFound):
        await users.ban(database, "UNOBODY", "spam")

    def work(connection: Connection) -> None:
        audit.append(connection, Act("users.ban", audit.COMMAND_LINE))
        raise NotFound("after the row")

    with pytest.raises(NotFound):
        await database.write(work, "account")
    assert await log_of(database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET reason = 'another' WHERE id = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "INSERT OR REPLACE INTO audit (id, at, actor, act) VALUES (1, '2026-01-01', 'x', 'y')",
        "INSERT INTO audit (id, at, actor, act) VALUES (1, now(), 'x', 'y') "
        "ON CONFLICT (id) DO UPDATE SET actor = 'x'",
        "TRUNCATE audit",
    ],
)
async def test_the_database_refuses_to_change_or_delete_a_row(
    database: Database, statement: str
) -> None:
    if database.is_sqlite == ("TRUNCATE" in statement or "now()" in statement):
        pytest.skip("the other database's words")
    if not database.is_sqlite and "OR REPLACE" in statement:
        pytest.skip("the other database's words")
    await make_user(database)
    before = await log_of(database)
    with pytest.raises(Exception, match="audit"):
        await database.write(lambda it: it.execute(text(statement)), "audit log")
    assert await log_of(database) == before
    await users.ban(database, "UADA", "it can still be added to")
    assert len(await log_of(database)) == len(before) + 1


async def test_acts_at_once_are_all_there(database: Database) -> None:
    await make_user(database)
    await asyncio.gather(*(users.set_budget(database, "UADA", n) for n in range(20)))
    assert len(await log_of(database)) == 21


async def test_a_long_log_is_read_page_by_page(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    await make_user(database)
    for amount in range(4):
        await users.set_budget(database, "UADA", amount)
    seen: list[Entry] = []

    def next_page(connection: Connection) -> list[Entry]:
        return audit.listed(connection, after_id=seen[-1].id if seen else 0)

    while page := await database.read(next_page, "audit log"):
        seen += page
    assert [entry.act for entry in seen] == ["users.create", *["users.budget"] * 4]
    newest = await database.read(lambda it: audit.latest(it, 2), "audit log")
    assert newest == seen[:-3:-1]
    since = seen[3].at
    later = await database.read(lambda it: audit.listed(it, since=since), "audit log")
    assert later == [entry for entry in seen if entry.at >= since]


def writers() -> Iterator[tuple[str, ast.AST]]:
    """Every function of the services that opens a unit of work that writes."""
    for module in sorted(name for name in BY_MODULE if name.startswith(SERVICES)):
        yield from _writers_in(tree_of(BY_MODULE[module]), module.removeprefix(SERVICES))


def called_in(node: ast.AST) -> set[str]:
    return {ast.unparse(it.func) for it in ast.walk(node) if isinstance(it, ast.Call)}


def _writers_in(tree: ast.AST, place: str) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _writers_in(node, f"{place}.{node.name}")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(
            map(WRITES.search, called_in(node))
        ):
            yield f"{place}.{node.name}", node


def test_every_service_that_writes_writes_its_act_down() -> None:
    """A new one appends to the log, in its function or one beside it, or says whose act it is."""
    silent = set()
    for name, node in writers():
        module = BY_MODULE[SERVICES + ".".join(p for p in name.split(".")[:-1] if p.islower())]
        beside = {it.name: it for it in tree_of(module).body if isinstance(it, ast.FunctionDef)}
        nodes = [node, *(beside[one] for one in called_in(node) if one in beside)]
        if not any("audit.append(" in ast.unparse(one) for one in nodes):
            silent.add(name)
    assert silent == set(OF_OTHERS)


@pytest.mark.parametrize(
    "source",
    [
        "async def act(database): await database.write(work, 'x')",
        "async def act(db): await db.write(work, 'x')",
        "async def act(worker): await worker.database.write(work, 'x')",
        "class Act:\n async def act(self): await self._database.write(work, 'x')",
        "async def act(self): await self.database.write_batch(rows)",
        "async def act(database): return [await database.alter(one, 'x') for one in works]",
    ],
)
def test_however_a_service_writes_it_is_found(source: str) -> None:
    assert [*_writers_in(ast.parse(source), "")] != []


def test_nothing_but_services_and_migrations_writes_unless_it_writes_its_act_down() -> None:
    silent = set()
    for module, path in BY_MODULE.items():
        if module.startswith((SERVICES, f"{OURS}.db.")):
            continue
        for name, _node in _writers_in(tree_of(path), module.removeprefix(f"{OURS}.")):
            if "audit.append(" not in path.read_text():
                silent.add(name)
    assert silent == ELSEWHERE
