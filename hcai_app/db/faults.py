"""What is wrong with the database, in one line that says what to do."""

import socket
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hcai_app.db import engine
from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError, Unavailable

MIGRATE = "run python -m hcai_app migrate"
POOLER = (
    "is behind a pooler in transaction mode: let it pool by session, or write the database's own "
    "address as DATABASE_URL"
)
COPY = "cannot be written, it is a copy: name the primary in DATABASE_URL"
NOT_LET_IN = "does not let us in ({reason}): check user and password in DATABASE_URL"
UNMIGRATED = f"is not up to date: {MIGRATE}"
FOREIGN = "has tables that HCAI did not make: name an empty database as DATABASE_URL"
NOT_OPENED = "{name} cannot be opened: its folder must exist and be writable (DATABASE_URL)"
# PostgreSQL's SQLSTATE -> what it means here.
BY_STATE = {
    "3D000": "{name} does not exist: create it first: createdb {name} (DATABASE_URL names it)",
    "28P01": NOT_LET_IN,
    "28000": NOT_LET_IN,
    "42P05": POOLER,
    "26000": POOLER,
    "42P01": UNMIGRATED,
    "42703": UNMIGRATED,
    "42P07": FOREIGN,
    "42501": "does not let DATABASE_URL's user do this ({reason}): GRANT it",
    "25006": COPY,
    "53300": "has no connection left ({reason}): raise its max_connections, or run fewer workers",
    "53100": "has no room left on its disk",
    "57P03": "is just starting or stopping: try again",
    "55P03": "is in use by somebody else ({reason}): try again",
}
# What SQLite says -> what it means here.
BY_TEXT = {
    "no such table": UNMIGRATED,
    "no such column": UNMIGRATED,
    "already exists": FOREIGN,
    "unable to open": NOT_OPENED,
    "readonly": "{name} cannot be written: make file and folder writable (DATABASE_URL)",
    "not a database": "{name} is no SQLite database: name another file in DATABASE_URL",
    "malformed": "{name} is damaged: restore the backup (DATABASE_URL)",
    "is locked": "{name} is in use by another program: end it, or try again",
    "is full": "has no room left on its disk",
}
# Those of them that no waiting mends: a setting is wrong.
FINAL_STATES = ("3D000", "28P01", "28000", "42P05", "26000", "42P07")
FINAL_TEXTS = ("already exists", "unable to open", "readonly", "not a database", "malformed")
UNKNOWN_HOST = (
    "is on a host that nobody knows, {host}: check DATABASE_URL; in a password @ : / # and ? are "
    "written %40 %3A %2F %23 %3F"
)
REFUSED = "does not answer, nothing listens at {host}: is it running, is DATABASE_URL right?"
SILENT = "does not answer within {seconds} s: check DATABASE_URL, and the network to {host}"
NO_TLS = (
    "cannot be reached over TLS as asked ({reason}): check sslmode and sslrootcert in DATABASE_URL"
)
OTHER = "does not answer as it should ({reason}): check DATABASE_URL"


class DatabaseFault(HcaiError):
    """The database cannot be used; the message says what is wrong and what to do."""


@contextmanager
def explained(database: Database) -> Generator[None]:
    """Turn the database's errors into one line that says what to do.

    Raises:
        DatabaseFault: With that line.
    """
    try:
        yield
    except Exception as error:
        if fault := explain(error, database.url):
            raise DatabaseFault(f"the database {fault}") from error
        raise


def explain(error: BaseException, url: URL) -> str | None:
    """Say what is wrong with the database, as what follows its name; None: it is something else."""
    if not _is_of_database(error):
        return None
    return _meaning(list(_causes(error))).format(
        reason=engine.reason(error),
        name=url.database or url.username,
        host=f"{url.host or 'this machine'}:{url.port or 5432}",
        seconds=engine.COMMAND_TIMEOUT_S,
    )


def is_final(error: BaseException) -> bool:
    """Return whether no waiting mends what keeps us from the database."""
    return any(
        getattr(cause, "sqlstate", None) in FINAL_STATES
        or (type(cause).__module__ == "sqlite3" and any(text in str(cause) for text in FINAL_TEXTS))
        for cause in _causes(error)
    )


def _is_of_database(error: BaseException) -> bool:
    if isinstance(error, Unavailable):
        return error.__cause__ is not None
    return isinstance(error, SQLAlchemyError) or type(error).__module__.startswith("asyncpg.")


def _meaning(causes: list[BaseException]) -> str:
    for cause in causes:
        state = getattr(cause, "sqlstate", None)
        if state in BY_STATE:
            return BY_STATE[state]
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return UNKNOWN_HOST
        if isinstance(cause, (ConnectionRefusedError, FileNotFoundError)):
            return REFUSED
        if isinstance(cause, (TimeoutError, PoolTimeoutError)):
            return SILENT
        if isinstance(cause, ssl.SSLError) or "SSL upgrade" in str(cause):
            return NO_TLS
        for text, meaning in BY_TEXT.items():
            if type(cause).__module__ == "sqlite3" and text in str(cause):
                return meaning
    return OTHER


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Go from an error to what the driver or the system said."""
    while error is not None:
        yield error
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
