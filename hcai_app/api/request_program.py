"""`POST /api/program`: a request of the playground as a program, for its code view.

Only a request that our own page makes for somebody signed in; nothing of it is kept.
"""

import asyncio
import json
from typing import Any, cast

import msgspec

from hcai_app.api.bodies import read_in_time, require_json
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.api.same_origin import require_own_page
from hcai_app.docs.examples import request_code
from hcai_app.docs.examples.library import Language
from hcai_app.docs.examples.request_code import LocalFile
from hcai_app.docs.examples.requests import Kind
from hcai_app.errors import InvalidRequest
from hcai_app.worker.context import Worker

MAX_BYTES = 2 * 1024**2
# Each part may stand on a line of its own, which begins with two or four spaces for each level.
MAX_PARTS, MAX_DEPTH = 20_000, 64
TEXT = (b"content-type", b"text/plain; charset=utf-8")
PREFIX = "/proxy/v1"


class ProgramRequest(msgspec.Struct, frozen=True):
    """The request body; texts of `body` that begin with `mark` stand for files."""

    kind: Kind
    language: Language
    mark: str
    body: dict[str, Any]


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send the program, with the address at which the page was opened."""
    require_own_page(worker, exchange)
    await callers.signed_in(worker, exchange)
    require_json(exchange)
    data = await read_in_time(exchange, MAX_BYTES)
    origin = (exchange.header(b"origin") or "") + PREFIX
    text = await asyncio.to_thread(program, data, origin)
    await exchange.reply(200, text.encode(), TEXT)


def program(data: bytes, base: str) -> str:
    """Return the program that a request body asks for.

    Raises:
        InvalidRequest: When it is not what belongs here, or too much of it.
    """
    try:
        # Python's own reader takes halves of characters, which a typed text can have.
        asked = msgspec.convert(json.loads(data), ProgramRequest)
        body = _Filled(asked.mark).value(asked.body)
        return request_code.program(asked.kind, asked.language, base=base, body=body)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidRequest("The body is not what belongs here.") from error


class _Filled:
    """A body with its files in place of their marks; counts its parts."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._parts = 0

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return a value and all in it.

        Raises:
            ValueError: When there is too much of it.
        """
        self._parts += 1
        if self._parts > MAX_PARTS or depth > MAX_DEPTH:
            raise ValueError
        if isinstance(value, dict):
            members = cast(dict[str, Any], value).items()
            return {name: self.value(it, depth + 1) for name, it in members}
        if isinstance(value, list):
            return [self.value(it, depth + 1) for it in cast(list[Any], value)]
        return self._file(value) if isinstance(value, str) else value

    def _file(self, text: str) -> str | LocalFile:
        if not (self._mark and text.startswith(self._mark)):
            return text
        kind, _, name = text.removeprefix(self._mark).partition(" ")
        return LocalFile(name, kind)
