"""A month of calls, written the way the server writes them: rows and roll-ups at once."""

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.call import CostSource, LedgerEntry, Outcome, new_id
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.ledger.writer import Ledger

DAYS = 30
GROUP = 200
# Model, nano-dollars a token, how often.
MODELS = (
    ("qwen/qwen3-32b", 240, 9),
    ("openai/gpt-5-mini", 900, 4),
    ("google/gemini-2.5-flash", 1_100, 5),
    ("moonshotai/kimi-k2-0905", 1_400, 2),
    ("google/gemini-2.5-flash-image", 2_600, 1),
    ("qwen/qwen3-embedding-8b", 10, 2),
)
OUTCOMES = (
    (Outcome.COMPLETED, 200, 94),
    (Outcome.UPSTREAM_ERROR, 502, 2),
    (Outcome.CLIENT_CLOSED, 200, 3),
    (Outcome.REFUSED_BY_PROVIDER, 400, 1),
)


def write_history(url: str, user_id: str, keys: list[str | None], calls_a_day: int = 160) -> None:
    """Write calls of the last 30 days, the last few minutes included; the same for the same ids."""
    entries = _entries(user_id, keys, calls_a_day)
    with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop of its own
        thread.submit(lambda: asyncio.run(_write(url, entries))).result()


async def _write(url: str, entries: list[LedgerEntry]) -> None:
    database = Database(url)
    ledger = Ledger(database, cast(Any, None), Rollups("history"))
    for start in range(0, len(entries), GROUP):
        await ledger.put(entries[start : start + GROUP])
    await database.close()


def _entries(user_id: str, keys: list[str | None], calls_a_day: int) -> list[LedgerEntry]:
    dice = random.Random(user_id)
    now = clock.now_ms()
    moments = [
        now - int((day + dice.random()) * clock.MS_PER_DAY)
        for day in range(DAYS)
        for _ in range(int(calls_a_day * (0.3 + dice.random()) * (0.4 if day % 7 > 4 else 1)))
    ]
    moments += [now - int(dice.random() * 280_000) for _ in range(9)]
    return [_entry(dice, user_id, dice.choice(keys), at_ms) for at_ms in sorted(moments)]


def _entry(dice: random.Random, user_id: str, key_id: str | None, at_ms: int) -> LedgerEntry:
    model, price, _ = dice.choices(MODELS, [often for *_, often in MODELS])[0]
    outcome, status, _ = dice.choices(OUTCOMES, [often for *_, often in OUTCOMES])[0]
    is_embedding = "embedding" in model
    prompt = int(dice.lognormvariate(5.5, 1))
    completion = 0 if is_embedding else int(dice.lognormvariate(5.8, 0.9))
    used = (prompt, completion) if status == 200 else (0, 0)
    return LedgerEntry(
        id=new_id(at_ms),
        user_id=user_id,
        key_id=key_id,
        endpoint="/embeddings" if is_embedding else "/chat/completions",
        requested_model=model,
        model=model,
        generation_id=f"gen-{at_ms}-{dice.randrange(10**8):08d}",
        status=status,
        outcome=outcome.value,
        streamed=not is_embedding and dice.random() < 0.7,
        prompt_tokens=used[0],
        completion_tokens=used[1],
        reasoning_tokens=used[1] // 4 if model.startswith("openai") else 0,
        cached_tokens=0,
        total_tokens=sum(used),
        cost_nanousd=sum(used) * price,
        settled=True,
        cost_source=CostSource.PROVIDER.value,
        started_at_ms=at_ms,
        first_byte_ms=int(dice.lognormvariate(6.2, 0.5)),
        duration_ms=int(dice.lognormvariate(7.8, 0.6)) + 900,
        reserved_nanousd=0,
        settle_at_ms=None,
    )
