"""Switches for everybody: a banner over the pages, and models that are off.

Each worker has a copy, and hears of a change within a second.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy import text as sql

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import switches_table
from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.changes import Followed
from hcai_app.services.models.catalog import MODEL_ID

# Stands in the change log where otherwise a user does.
CHANGED = "switches"
BANNER, MODEL = "banner", "model:"
MAX_TEXT = 300
# Two admins at once leave one switch.
_PUT = sql(
    "INSERT INTO switches (name, text, created_at) VALUES (:name, :text, :now) "
    "ON CONFLICT (name) DO UPDATE SET text = excluded.text, created_at = excluded.created_at"
).bindparams(bindparam("now", type_=switches_table.c.created_at.type))


class Switches(Followed[Mapping[str, str]]):
    """The switches, as one worker knows them: name to text."""

    def __init__(self, database: Database) -> None:
        super().__init__("switches", {}, lambda: listed(database))

    @property
    def banner(self) -> str:
        """What stands over every page; nothing when there is nothing to say."""
        return self.value.get(BANNER, "")

    def why_off(self, model: str) -> str | None:
        """Return why a model, or the one that it is a variant of, is off; None when it is on."""
        switches = self.value
        if not switches:
            return None
        found = switches.get(MODEL + model)
        return switches.get(MODEL + model.partition(":")[0]) if found is None else found


async def listed(database: Database) -> dict[str, str]:
    """Return all switches.

    Raises:
        Unavailable: When the database is away.
    """
    query = select(switches_table.c.name, switches_table.c.text).order_by(switches_table.c.name)
    rows = await database.read(lambda it: it.execute(query).all(), "switches")
    return {row.name: row.text for row in rows}


async def set_banner(database: Database, text: str, *, actor: str = audit.COMMAND_LINE) -> None:
    """Show a text over every page; none ends it.

    Raises:
        InvalidRequest: When it holds what nobody can read.
        Unavailable: When the database is away.
    """
    line = _line(text)

    def work(connection: Connection) -> None:
        before = _put(connection, BANNER, line)
        act = Act("site.banner", actor, before={"banner": before}, after={"banner": line or None})
        audit.append(connection, act)

    await database.write(work, "switches")


async def switch_off(
    database: Database, model: str, reason: str, *, actor: str = audit.COMMAND_LINE
) -> None:
    """Take a model off the lists and refuse calls to it, with a reason that its callers read.

    Raises:
        InvalidRequest: When that is no name of a model, or there is no reason.
        Unavailable: When the database is away.
    """
    line = _line(reason)
    if not MODEL_ID.fullmatch(model):
        raise InvalidRequest(f"{model[:100]!r} is no model's id: write author/name.")
    if not line:
        raise InvalidRequest("Give a reason: whoever calls the model reads it.")

    def work(connection: Connection) -> None:
        was_on = _put(connection, MODEL + model, line) is None
        change = {"is_on": was_on}, {"is_on": False}
        audit.append(connection, Act("models.off", actor, None, model, *change, line))

    await database.write(work, "switches")


async def switch_on(database: Database, model: str, *, actor: str = audit.COMMAND_LINE) -> None:
    """Offer a model again.

    Raises:
        NotFound: When it is not off.
        Unavailable: When the database is away.
    """

    def work(connection: Connection) -> None:
        if _put(connection, MODEL + model, "") is None:
            raise NotFound(f"The model {model[:100]} is not switched off.")
        change = {"is_on": False}, {"is_on": True}
        audit.append(connection, Act("models.on", actor, None, model, *change))

    await database.write(work, "switches")


def _line(text: str) -> str:
    line = formatting.one_line(text)
    if line is None or len(line) > MAX_TEXT:
        raise InvalidRequest(f"Write one line of letters and signs, at most {MAX_TEXT} of them.")
    return line


def _put(connection: Connection, name: str, text: str) -> str | None:
    """Set a switch, or end it when there is no text; return what it was."""
    named = switches_table.c.name == name
    before = connection.scalar(select(switches_table.c.text).where(named))
    if text:
        connection.execute(_PUT, {"name": name, "text": text, "now": clock.now()})
    else:
        connection.execute(delete(switches_table).where(named))
    changes.append(connection, CHANGED)
    return before
