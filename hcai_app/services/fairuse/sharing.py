"""Whether a key is used by many: from how many networks, and in how many hours, on a UTC day.

Networks (/24 of IPv4, /48 of IPv6) are counted in memory, as hashes under a key that is made anew
each day and kept nowhere; numbers alone are stored. With several workers the number of the one that
saw most counts. A key that is used widely makes a notice, never a refusal.
"""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, select

from hcai_app import clock
from hcai_app.db.bulk import Bulk, adding
from hcai_app.db.engine import Database
from hcai_app.db.tables import key_days_table, keys_table
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind

WHAT = "networks of keys"
# From so many on there is a notice. A school and a phone are few; a student sleeps.
MANY_NETWORKS, MANY_HOURS = 12, 20
# More are not told apart.
MAX_NETWORKS = 256
# How long numbers are kept.
KEPT_DAYS = 90
HASH_BYTES = 8
_DAYS = Bulk(
    key_days_table,
    ("start_ms", "key_id", "networks", "hours"),
    on_conflict=adding(key_days_table, (), ("networks", "hours")),
)


@dataclass(slots=True)
class _Use:
    """Of one key, today."""

    networks: set[bytes] = field(default_factory=set[bytes])
    hours: set[int] = field(default_factory=set[int])
    latest: tuple[str, int] = ("", -1)


class Sharing:
    """What one worker has seen of its keys today."""

    def __init__(self) -> None:
        self._day_ms = 0
        self._key = b""
        self._uses: dict[str, _Use] = {}
        self._changed: set[str] = set()

    def note(self, key_id: str, address: str, at_ms: int) -> None:
        """Count a call of a key."""
        hour = at_ms // clock.MS_PER_HOUR
        use = self._uses.get(key_id)
        if use is not None and use.latest == (address, hour):
            return
        self._turn_day(at_ms)
        use = self._uses.setdefault(key_id, _Use())
        use.latest = (address, hour)
        use.hours.add(hour)
        if len(use.networks) < MAX_NETWORKS:
            use.networks.add(self._hashed(address))
        self._changed.add(key_id)

    def _turn_day(self, at_ms: int) -> None:
        day_ms = clock.floor_ms(at_ms, clock.MS_PER_DAY)
        if day_ms > self._day_ms:
            self._day_ms, self._key = day_ms, secrets.token_bytes(32)
            self._uses.clear()
            self._changed.clear()

    def _hashed(self, address: str) -> bytes:
        network = network_of(address).encode()
        return hashlib.blake2b(network, digest_size=HASH_BYTES, key=self._key).digest()

    async def flush(self, database: Database) -> None:
        """Write the numbers that have changed, and a notice of each key that is used widely.

        Raises:
            Unavailable: When the database is away; the numbers are written next time.
        """
        day_ms, changed = self._day_ms, sorted(self._changed)
        rows = [
            (day_ms, key_id, len(use.networks), len(use.hours))
            for key_id in changed
            if (use := self._uses.get(key_id)) is not None
        ]
        if rows:
            await database.write(lambda it: _store(it, rows), WHAT)
        if day_ms == self._day_ms:
            self._changed.difference_update(changed)


def network_of(address: str) -> str:
    """Return the /24 or /48 that an address, or a smaller network, lies in."""
    try:
        parsed = ipaddress.ip_interface(address).ip
    except ValueError:
        return address
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def _store(connection: Connection, rows: list[tuple[int, str, int, int]]) -> None:
    _DAYS.insert(connection, rows)
    for day_ms, key_id, networks, hours in rows:
        if networks >= MANY_NETWORKS or hours >= MANY_HOURS:
            notices.append(connection, _notice(day_ms, key_id, networks, hours))
    old = key_days_table.c.start_ms < rows[0][0] - KEPT_DAYS * clock.MS_PER_DAY
    connection.execute(key_days_table.delete().where(old))


def _notice(day_ms: int, key_id: str, networks: int, hours: int) -> Notice:
    day = f"{clock.from_ms(day_ms):%Y-%m-%d}"
    text = (
        f"The key {key_id} was used from {networks} networks and in {hours} hours of {day}: "
        "many people may share it."
    )
    data = {"key_id": key_id, "networks": networks, "hours": hours, "day": day}
    return Notice(NoticeKind.FAIR_USE, text, f"sharing:{key_id}:{day}", data)


@dataclass(frozen=True, slots=True)
class KeyDay:
    """How widely a key was used on a UTC day."""

    start_ms: int
    key_id: str
    networks: int
    hours: int


async def widest(database: Database, since_ms: int, limit: int = 100) -> list[KeyDay]:
    """Return the days of the keys that were used from most networks, the widest first.

    Raises:
        Unavailable: When the database is away.
    """
    columns = key_days_table.c
    own = (columns.start_ms, columns.key_id, columns.networks, columns.hours)
    query = select(*own).where(columns.start_ms >= since_ms)
    ordered = query.order_by(columns.networks.desc(), columns.hours.desc(), columns.key_id)
    rows = await database.read(lambda it: it.execute(ordered.limit(limit)).all(), WHAT)
    return [KeyDay(*row) for row in rows]


def of_user(connection: Connection, user_id: str) -> list[KeyDay]:
    """Return how widely a user's keys were used, oldest day first."""
    columns = key_days_table.c
    own = (columns.start_ms, columns.key_id, columns.networks, columns.hours)
    query = select(*own).where(columns.key_id.in_(_keys_of(user_id)))
    return [KeyDay(*row) for row in connection.execute(query.order_by(*own[:2]))]


def forget(connection: Connection, user_id: str) -> None:
    """Delete the numbers of a user's keys."""
    is_own = key_days_table.c.key_id.in_(_keys_of(user_id))
    connection.execute(key_days_table.delete().where(is_own))


def _keys_of(user_id: str) -> Select[tuple[str]]:
    return select(keys_table.c.id).where(keys_table.c.user_id == user_id)
