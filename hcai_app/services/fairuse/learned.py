"""Programs that a rule has refused, known again under another name by their sketch.

What is learned only counts until a volunteer switches it on. It is kept as keyed hashes, in a table
that every worker reads; what a worker learns or sees is written by `flush`.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import fingerprints_table
from hcai_app.services import changes
from hcai_app.services.fairuse import sketches
from hcai_app.services.fairuse.exemptions import CHANGED
from hcai_app.services.fairuse.matching import Content
from hcai_app.services.fairuse.rules import LEARNED, Mode, Rule
from hcai_app.services.fairuse.sketches import Kind, Sketch

WHAT = "learned programs"
# In the table; more would say that something else is wrong.
MAX_KEPT = 500
# Contents whose verdict a worker remembers.
REMEMBERED = 2_048
# Signs that tell a program by what it says, and not by a header that anybody may set.
TELLING = ("tools", "opening", "syntax")

Shapes = Callable[[], Iterable[str]]  # of the tools' parameters, read when they are needed


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A program that was learned."""

    id: str
    kind: str
    app: str
    rule: str
    sketch: str
    mode: str
    learned_at: datetime
    seen: int
    seen_at: datetime | None

    def parsed(self) -> Sketch:
        """Return its hashes."""
        width = sketches.HASH_BYTES * 2
        pieces = (self.sketch[at : at + width] for at in range(0, len(self.sketch), width))
        kind = cast(Kind, self.kind)
        return Sketch(kind, frozenset(int(piece, 16) for piece in pieces))


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a call looks like."""

    id: str
    app: str
    kind: str
    mode: Mode


class Learned:
    """What one worker knows of programs that were refused, and what it has learned."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"learned" + secret_key.encode()).digest()
        self._known: list[tuple[Sketch, Likeness]] = []
        self._verdicts: OrderedDict[tuple[Any, ...], Likeness | None] = OrderedDict()
        self._fresh: dict[str, dict[str, Any]] = {}
        self._seen: Counter[str] = Counter()

    def replace(self, fingerprints: Iterable[Fingerprint]) -> None:
        """Take over what the table holds."""
        self._verdicts.clear()
        self._known = [
            (it.parsed(), Likeness(it.id, it.app, it.kind, cast(Mode, it.mode)))
            for it in fingerprints
        ]

    def learn(self, rule: Rule, content: Content, shapes: Shapes) -> None:
        """Remember a refused call's looks, unless they are known."""
        if rule.signal not in TELLING or len(self._known) + len(self._fresh) >= MAX_KEPT:
            return
        for sketch in self._sketches(content, shapes):
            if any(sketch.is_like(known) for known, _ in self._known):
                continue
            text = "".join(f"{value:016x}" for value in sorted(sketch.hashes))
            made = f"{LEARNED}{min(sketch.hashes):016x}"
            self._fresh[made] = {
                "id": made,
                "kind": sketch.kind,
                "app": rule.app,
                "rule": rule.id,
                "sketch": text,
                "mode": "counting",
                "learned_at": clock.now(),
                "seen": 0,
            }

    def recognise(self, content: Content, shapes: Shapes) -> Likeness | None:
        """Return the program that a call looks like; a content is looked at once."""
        if not self._known or not (content.instructions or content.tools):
            return None
        longest = max(content.instructions, key=len, default="")[: sketches.MAX_TEXT]
        asked = (longest, content.tools)
        if asked in self._verdicts:
            found = self._verdicts[asked]
        else:
            found = self._verdicts[asked] = self._look(content, shapes)
            if len(self._verdicts) > REMEMBERED:
                self._verdicts.popitem(last=False)
        if found is not None:
            self._seen[found.id] += 1
        return found

    def _look(self, content: Content, shapes: Shapes) -> Likeness | None:
        for sketch in self._sketches(content, shapes):
            for known, likeness in self._known:
                if likeness.mode != "off" and sketch.is_like(known):
                    return likeness
        return None

    def _sketches(self, content: Content, shapes: Shapes) -> list[Sketch]:
        made = (
            sketches.of_tools(shapes(), self._key)
            if len(content.tools) >= sketches.MIN_SHAPES
            else None,
            sketches.of_instructions(content.instructions, self._key),
        )
        return [sketch for sketch in made if sketch is not None]

    async def flush(self, database: Database) -> None:
        """Write what was learned and seen since the last time.

        Raises:
            Unavailable: When the database is away; nothing is lost.
        """
        if not (self._fresh or self._seen):
            return
        fresh, seen = dict(self._fresh), Counter(self._seen)
        await database.write(lambda it: _store(it, fresh, seen), WHAT)
        self._seen -= seen
        for made in fresh:
            self._fresh.pop(made, None)


def _store(connection: Connection, fresh: dict[str, dict[str, Any]], seen: Counter[str]) -> None:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    columns = fingerprints_table.c
    room = MAX_KEPT - (connection.scalar(select(func.count()).select_from(fingerprints_table)) or 0)
    for made in list(fresh.values())[: max(0, room)]:
        connection.execute(insert(fingerprints_table).values(**made).on_conflict_do_nothing())
    for learned in sorted(seen):
        added = {"seen": columns.seen + seen[learned], "seen_at": clock.now()}
        connection.execute(update(fingerprints_table).where(columns.id == learned).values(**added))
    if fresh:
        changes.append(connection, CHANGED)


async def listed(database: Database) -> list[Fingerprint]:
    """Return what was learned, the most seen first.

    Raises:
        Unavailable: When the database is away.
    """
    columns = fingerprints_table.c
    shown = (columns[name] for name in Fingerprint.__dataclass_fields__)
    query = select(*shown).order_by(columns.seen.desc(), columns.id)
    rows = await database.read(lambda it: it.execute(query).all(), WHAT)
    return [Fingerprint(*row) for row in rows]
