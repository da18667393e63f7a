"""Programs that find leaked keys: Hack Club's revoker, and GitHub's secret scanning.

Keys come in bodies, and go into no log: what is refused names none, and what is answered does so
only to who sent it.
"""

import hmac
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from hcai_app import clock
from hcai_app.api.bodies import read_in_time
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.errors import HcaiError, InvalidRequest, NotAuthenticated, NotFound
from hcai_app.services.keys import leaks
from hcai_app.services.keys.leaks import EndedKey, FoundKey, LeakSource
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import Notice, NoticeKind
from hcai_app.worker.context import Worker

MAX_MESSAGE = 2 * 1024 * 1024
# GitHub sends them in groups; so many are a sign of something else.
MAX_TOKENS = 10_000
KEY_ID, SIGNATURE = b"github-public-key-identifier", b"github-public-key-signature"
TRUE, FALSE = "true_positive", "false_positive"
T = TypeVar("T")


class RevokedToken(msgspec.Struct, frozen=True):
    """What the revoker sends."""

    token: str


class ScannedToken(msgspec.Struct, frozen=True):
    """One of what GitHub sends."""

    token: str
    type: str = ""
    url: str = ""


async def revoke(worker: Worker, exchange: Exchange) -> None:
    """End the key that Hack Club's revoker was told of; say whose it was."""
    try:
        await _check_revoker(worker, exchange)
        found = _decode(await read_in_time(exchange), RevokedToken)
        (ended,) = await end(worker, [FoundKey(found.token)], LeakSource.REVOKER)
        if ended is None:
            raise NotFound("There is no such key.")
    except HcaiError as error:
        exchange.headers += [(k.lower().encode(), v.encode()) for k, v in error.headers.items()]
        told = {"success": False, "message": error.message}
        await exchange.reply_json(error.code, told)
        return
    told = {"success": True, "owner_email": ended.owner_email, "key_name": ended.name}
    await exchange.reply_json(200, told)


async def _check_revoker(worker: Worker, exchange: Exchange) -> None:
    secret = worker.settings.revoker_secret
    if secret is None:
        raise NotFound("There is nothing here: HCAI_REVOKER_SECRET is not set.")
    given = callers.bearer_key(exchange) or ""
    if not hmac.compare_digest(given.encode(), secret.get_secret_value().encode()):
        await worker.ops.leaks.admit(exchange.address)
        raise NotAuthenticated("Send HCAI_REVOKER_SECRET as a bearer token.")


async def scan(worker: Worker, exchange: Exchange) -> None:
    """End the keys that GitHub has found, and say which of them are ours."""
    key_id, signature = exchange.header(KEY_ID), exchange.header(SIGNATURE)
    if not key_id or not signature:
        await worker.ops.leaks.admit(exchange.address)
        raise NotAuthenticated("Only GitHub's secret scanning asks here, and signs what it sends.")
    with worker.ops.leaks.message():
        body = await read_in_time(exchange, MAX_MESSAGE)
        try:
            await worker.ops.scanning.check(key_id, signature, body)
        except NotAuthenticated:
            await worker.ops.leaks.admit(exchange.address)
            raise
        tokens = _decode(body, list[ScannedToken])
        if len(tokens) > MAX_TOKENS:
            raise InvalidRequest(f"Send at most {MAX_TOKENS} tokens at once.")
        found = [FoundKey(token.token, token.url) for token in tokens]
        ended = await end(worker, found, LeakSource.GITHUB)
    labels = [
        {"token_raw": token.token, "token_type": token.type, "label": TRUE if one else FALSE}
        for token, one in zip(tokens, ended, strict=True)
    ]
    await exchange.reply_json(200, labels)


async def end(
    worker: Worker, found: Sequence[FoundKey], source: LeakSource
) -> list[EndedKey | None]:
    """End keys that were found, and let the operators know; None for each that is not ours.

    Raises:
        Unavailable: When the database is away.
    """
    secret_key = worker.settings.secret_key.get_secret_value()
    ended = await leaks.end(worker.database, found, source, secret_key=secret_key)
    fresh = {one.id for one in ended if one is not None and not one.was_told}
    if fresh:
        await notices.tell(worker.database, _notice(len(fresh), source))
    return ended


def _notice(count: int, source: LeakSource) -> Notice:
    """Return what operators are told: once an hour and source, since leaks come in groups."""
    hour = clock.floor_ms(clock.now_ms(), clock.MS_PER_HOUR)
    text = "A key was" if count == 1 else f"{count} keys were"
    return Notice(
        NoticeKind.LEAK,
        f"{text} found in public, and ended ({source.value}); pages tell the owners.",
        once=f"leak:{source.value}:{hour}",
        data={"count": count, "source": source.value},
    )


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise InvalidRequest("The body is not what belongs here.") from None
