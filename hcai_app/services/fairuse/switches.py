"""Rules that are switched while HCAI runs: known to every worker within a second.

What was learned (`learned.py`) is switched in the same way, by its id.
"""

from typing import get_args

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import fingerprints_table, modes_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.fairuse import rules
from hcai_app.services.fairuse.exemptions import CHANGED, MAX_REASON
from hcai_app.services.fairuse.rules import Mode

WHAT = "rules of fair use"
AS_FILE = "file"


async def modes(database: Database) -> dict[str, Mode]:
    """Return the rules whose mode is another than the file's.

    Raises:
        Unavailable: When the database is away.
    """
    query = select(modes_table.c.rule, modes_table.c.mode)
    rows = await database.read(lambda it: it.execute(query).all(), WHAT)
    return {rule: mode for rule, mode in rows if mode in get_args(Mode)}


async def switch(
    database: Database, rule: str, mode: str, reason: str, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Switch a rule, or something learned, on, to counting, off, or back to what the file says.

    Raises:
        InvalidRequest: When there is no such mode, or no reason.
        NotFound: When there is no such rule.
        Unavailable: When the database is away.
    """
    told = (formatting.one_line(reason) or "")[:MAX_REASON]
    if mode not in (*get_args(Mode), AS_FILE):
        raise InvalidRequest(f"A rule is {', '.join(get_args(Mode))}, or as the {AS_FILE} says.")
    if not told:
        raise InvalidRequest("Give a reason, for those who read it later.")
    of_file = {known.id: known.mode for known in rules.load_own()}

    def work(connection: Connection) -> None:
        if rule in of_file:
            before = _switch_rule(connection, rule, mode, told) or of_file[rule]
        else:
            before = _switch_learned(connection, rule, mode)
        changes.append(connection, CHANGED)
        act = Act("fairuse.switch", actor, None, rule, {"mode": before}, {"mode": mode}, told)
        audit.append(connection, act)

    await database.write(work, WHAT)


def _switch_rule(connection: Connection, rule: str, mode: str, reason: str) -> str | None:
    """Store a rule's mode; return the one that was stored."""
    columns = modes_table.c
    before = connection.scalar(select(columns.mode).where(columns.rule == rule))
    if mode == AS_FILE:
        connection.execute(delete(modes_table).where(columns.rule == rule))
        return before
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = {"mode": mode, "reason": reason, "changed_at": clock.now()}
    put = insert(modes_table).values(rule=rule, **values)
    connection.execute(put.on_conflict_do_update(index_elements=["rule"], set_=values))
    return before


def _switch_learned(connection: Connection, learned: str, mode: str) -> str:
    """Store the mode of something learned; return the one before."""
    columns = fingerprints_table.c
    before = connection.scalar(select(columns.mode).where(columns.id == learned))
    if before is None:
        raise NotFound(
            f"There is no rule {learned}; `fairuse rules` and `fairuse learned` list all."
        )
    stored = "counting" if mode == AS_FILE else mode
    changed = update(fingerprints_table).where(columns.id == learned).values(mode=stored)
    connection.execute(changed)
    return before
