"""Ten thousand people and a month of their million calls, made by the database itself."""

import asyncio
from collections.abc import Iterator

from sqlalchemy import Connection, text

from hcai_app import clock
from hcai_app.db.engine import Database

PEOPLE, CALLS, REFUSALS, ACTS = 10_000, 1_000_000, 100_000, 20_000
DAYS = 30
MODELS = ("qwen/qwen3-32b", "openai/gpt-5-mini", "google/gemini-2.5-flash", "z-ai/glm-4.6")
# A hexadecimal number of a width, and the time of a moment, as each database writes them.
SQLITE = {"hex": "printf('%0{width}x', {number})", "time": "datetime({ms} / 1000, 'unixepoch')"}
POSTGRES = {
    "hex": "lpad(to_hex(({number})::bigint), {width}, '0')",
    "time": "to_timestamp({ms} / 1000)",
}


def make_crowd(url: str) -> None:
    """Fill a migrated database."""
    asyncio.run(_fill(url))


async def _fill(url: str) -> None:
    database = Database(url)

    def work(connection: Connection) -> None:
        for statement in _statements(SQLITE if database.is_sqlite else POSTGRES):
            connection.execute(text(statement))

    await database.alter(work, "tables")
    await database.alter(lambda it: it.execute(text("ANALYZE")), "tables")
    await database.close()


def _statements(words: dict[str, str]) -> Iterator[str]:
    write = _Writer(words, clock.now_ms())
    # An index is made sooner than it is kept up to date.
    yield "DROP INDEX ix_calls_user_id_id"
    yield from (write.users(), write.keys(), write.calls())
    yield "CREATE INDEX ix_calls_user_id_id ON calls (user_id, id)"
    yield from write.roll_ups()
    yield from (write.refusals(), write.acts())


class _Writer:
    """The statements, in the words of a database."""

    def __init__(self, words: dict[str, str], now_ms: int) -> None:
        self.words, self.now_ms = words, now_ms
        number = f"(i * 7919) % {PEOPLE}"
        self.user = f"'usr_' || {self.hex(number, 20)}"
        self.key = f"'key_' || {self.hex(number, 20)}"
        self.now = words["time"].format(ms=now_ms)

    def hex(self, number: str, width: int) -> str:
        return self.words["hex"].format(number=number, width=width)

    def users(self) -> str:
        return f"""
            {_count(PEOPLE)}
            INSERT INTO users (id, slack_id, subject, name, is_verified, created_at)
            SELECT 'usr_' || {self.hex("i", 20)}, 'U' || {self.hex("i", 9)},
            'ident!' || {self.hex("i", 9)},
            'Student ' || {self.hex("(i * 7919) % 65521", 4)}, true, {self.now} FROM n"""

    def keys(self) -> str:
        return f"""
            {_count(PEOPLE)} INSERT INTO keys (id, user_id, name, hash, preview, created_at)
            SELECT 'key_' || {self.hex("i", 20)}, 'usr_' || {self.hex("i", 20)}, 'laptop',
            {self.hex("i", 32)},
            'sk-hc-v1-' || {self.hex("i", 4)} || '…' || {self.hex("i * 7 % 65536", 4)},
            {self.now} FROM n"""

    def calls(self) -> str:
        ms = f"({self.now_ms} - i * {DAYS * 24 * clock.MS_PER_HOUR // CALLS})"
        cases = " ".join(f"WHEN {number} THEN '{model}'" for number, model in enumerate(MODELS))
        model = f"CASE i % {len(MODELS)} {cases} END"
        return f"""
            {_count(CALLS)} INSERT INTO calls (id, user_id, key_id, endpoint, requested_model,
            model, status, outcome, streamed, prompt_tokens, completion_tokens, reasoning_tokens,
            cached_tokens, total_tokens, cost_nanousd, settled, cost_source, started_at_ms,
            duration_ms, reserved_nanousd, settle_attempts)
            SELECT {self.hex(ms, 12)} || {self.hex("i", 20)}, {self.user}, {self.key},
            '/chat/completions', {model}, {model}, CASE WHEN i % 50 = 0 THEN 502 ELSE 200 END,
            CASE WHEN i % 50 = 0 THEN 'upstream_error' ELSE 'completed' END, false, 100, 100, 0, 0,
            200, 1000 * (1 + i % 977), true, 'provider', {ms}, 900, 0, 0 FROM n"""

    def roll_ups(self) -> Iterator[str]:
        minutes_from = self.now_ms - 25 * clock.MS_PER_HOUR
        hour, minute = clock.MS_PER_HOUR, clock.MS_PER_MINUTE
        for table, unit, since in (
            ("usage_hours", hour, 0),
            ("usage_minutes", minute, minutes_from),
        ):
            yield f"""
                INSERT INTO {table} (user_id, start_ms, key_id, model, {SUMS})
                SELECT user_id, started_at_ms - started_at_ms % {unit}, key_id, model, {SUMMED}
                FROM calls WHERE started_at_ms >= {since} GROUP BY 1, 2, 3, 4"""
        yield f"""
            INSERT INTO key_totals (user_id, key_id, last_call_ms, {SUMS})
            SELECT user_id, key_id, max(started_at_ms), {SUMMED} FROM calls GROUP BY 1, 2"""
        yield f"""
            INSERT INTO site_days (start_ms, model, worker, {SUMS})
            SELECT started_at_ms - started_at_ms % {24 * hour}, model, 'w', {SUMMED}
            FROM calls GROUP BY 1, 2"""

    def refusals(self) -> str:
        ms = f"({self.now_ms} - i * 6048)"  # of a week
        return f"""
            {_count(REFUSALS)} INSERT INTO refusals (id, user_id, key_id, endpoint, code, type,
            message, rule) SELECT {self.hex(ms, 12)} || {self.hex("i", 20)}, {self.user},
            {self.key}, '/chat/completions', 403, 'fair_use_error', 'no', 'cline-tools' FROM n"""

    def acts(self) -> str:
        return f"""
            {_count(ACTS)} INSERT INTO audit (at, actor, act, user_id, reason)
            SELECT {self.now}, 'cli:root', 'users.ban', {self.user}, 'spam' FROM n"""


SUMS = "requests, failures, prompt_tokens, completion_tokens, total_tokens, cost_nanousd"
SUMMED = """count(*), sum(CASE WHEN outcome = 'completed' THEN 0 ELSE 1 END), sum(prompt_tokens),
    sum(completion_tokens), sum(total_tokens), sum(cost_nanousd)"""


def _count(number: int) -> str:
    """Begin a statement with a table `n` of so many numbers."""
    first = "SELECT CAST(0 AS BIGINT)"
    return f"WITH RECURSIVE n(i) AS ({first} UNION ALL SELECT i + 1 FROM n WHERE i < {number - 1})"
