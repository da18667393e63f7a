"""Many clients at once, each remembering exactly what it saw of its answers."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import aiohttp

from tests.harness.product import Product

MODEL = "qwen/qwen3-32b"
DONE = b"data: [DONE]\n\n"
# A client whom nobody answers tries again after so long.
NOBODY_THERE_S = 0.05


class Posted(NamedTuple):
    """A call of another endpoint than chat's."""

    path: str
    body: bytes


@dataclass
class Seen:
    """What a client saw of one call; `whole`: its `[DONE]`, or the last byte of its JSON."""

    status: int = 0  # 0: no answer came
    request_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    seconds: float = 0.0
    started: float = 0.0  # time.monotonic()

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.body)["error"]

    @property
    def last_event(self) -> dict[str, Any]:
        """The last event of a stream that is not `[DONE]`."""
        events = [line for line in self.body.split(b"\n") if line.startswith(b"data: {")]
        return json.loads(events[-1][6:])


def check_cut(seen: Seen, status: int) -> None:
    """The call ended in good order with this error, in the form that its answer had by then."""
    assert seen.whole, "the connection broke"
    if seen.status != 200:
        assert (seen.status, seen.error["code"]) == (status, status)
    elif seen.headers["content-type"].startswith("text/event-stream"):
        assert seen.body.endswith(DONE)
        assert seen.last_event["error"]["code"] == status
        assert seen.last_event["choices"][0]["finish_reason"] == "error"
    else:  # a heartbeat was first
        assert seen.body.startswith(b" ")
        assert seen.error["code"] == status


def body_of(text: str, *, stream: bool, **fields: Any) -> bytes:
    message = {"role": "user", "content": text}
    return json.dumps({"model": MODEL, "messages": [message], "stream": stream, **fields}).encode()


async def ask(
    session: aiohttp.ClientSession,
    product: Product,
    key: str,
    call: bytes | Posted,
    *,
    limit: float = 60,
) -> Seen:
    """Make one call (a body alone is chat's) and read its answer as far as it goes."""
    path, body = call if isinstance(call, Posted) else ("/chat/completions", call)
    seen = Seen(started=time.monotonic())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=limit)
    try:
        async with session.post(
            product.base_url + path, data=body, headers=headers, timeout=timeout
        ) as answer:
            seen.status = answer.status
            seen.headers = {name.lower(): value for name, value in answer.headers.items()}
            seen.request_id = seen.headers["x-request-id"]
            async for piece in answer.content.iter_any():
                seen.body += piece
                if seen.body.endswith(DONE):
                    seen.whole = True
            seen.whole = True
    except (aiohttp.ClientError, ConnectionError):
        pass
    seen.seconds = time.monotonic() - seen.started
    return seen


async def ask_all(
    product: Product, key: str, bodies: list[bytes], *, limit: float = 60
) -> list[Seen]:
    """Make all these calls at the same time."""
    async with _session() as session:
        return await asyncio.gather(
            *(ask(session, product, key, body, limit=limit) for body in bodies)
        )


def all_at_once(
    product: Product, key: str, bodies: list[bytes], *, limit: float = 60
) -> list[Seen]:
    return asyncio.run(ask_all(product, key, bodies, limit=limit))


class Load:
    """Clients that call again and again, in a thread of their own, until they are told to stop."""

    def __init__(
        self,
        product: Product,
        key: str,
        clients: int,
        bodies: Sequence[bytes | Posted],
        *,
        limit: float = 60,
    ) -> None:
        self._product, self._key, self._clients = product, key, clients
        self._bodies, self._limit = bodies, limit
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.seen: list[Seen] = []
        self.ends_on: Callable[[Seen], bool] = lambda seen: not seen.whole

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> list[Seen]:
        """Let the running calls end, make no new ones, and return everything that was seen."""
        self._stop.set()
        self._thread.join(self._limit + 10)
        assert not self._thread.is_alive(), "a client never got an end"
        return self.seen

    async def _run(self) -> None:
        async with _session() as session:
            await asyncio.gather(*(self._call(session, n) for n in range(self._clients)))

    async def _call(self, session: aiohttp.ClientSession, number: int) -> None:
        while not self._stop.is_set():
            body = self._bodies[number % len(self._bodies)]
            seen = await ask(session, self._product, self._key, body, limit=self._limit)
            self.seen.append(seen)
            number += 1
            if self.ends_on(seen):
                return
            if not seen.status:
                await asyncio.sleep(NOBODY_THERE_S)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
