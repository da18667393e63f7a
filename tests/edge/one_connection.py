"""One connection to the server's protocol, in this process: bytes in, in packets of any size."""

import asyncio
import http.client
import io
import json
from dataclasses import dataclass, field
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from hcai_app.edge.http_protocol import GuardedProtocol


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what came: a request's line, headers and body."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            break
    names = sorted({name.decode("latin-1") for name, _value in scope["headers"]})
    seen = {"method": scope["method"], "path": scope["path"], "names": names}
    data = json.dumps({**seen, "body": body.decode("latin-1")}).encode()
    length = (b"content-length", b"%d" % len(data))
    headers = [] if scope["path"] == "/stream" else [length]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": data[:9], "more_body": True})
    await send({"type": "http.response.body", "body": data[9:]})


class Wire(asyncio.Transport):
    """What the server's end of a connection writes."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.sent = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        assert not self.is_closed, "it writes behind the end of the connection"
        self.sent += bytes(data)

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


@dataclass(frozen=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Outcome:
    """What a connection came to."""

    answers: list[Answer] = field(default_factory=list[Answer])
    is_closed: bool = False


CONFIG = Config(echo, http=GuardedProtocol, ws="wsproto", lifespan="off", log_level="warning")


async def talk(*packets: bytes) -> Outcome:
    """Send packets over a connection of their own; read every answer."""
    wire, state = Wire(), ServerState()
    protocol = GuardedProtocol(CONFIG, state, {})
    protocol.connection_made(wire)
    wire.protocol = protocol
    for packet in packets:
        if wire.is_closed:
            break
        wire.protocol.data_received(packet)
        await rest(wire)
    outcome = Outcome(_answers(wire.sent), wire.is_closed)
    protocol.connection_lost(None)
    await rest(wire)
    return outcome


async def rest(wire: Wire) -> None:
    """Let the app go on as far as it can without more bytes."""
    before = -1
    while len(wire.sent) > before:
        before = len(wire.sent)
        for _ in range(12):
            await asyncio.sleep(0)


def _answers(sent: bytes) -> list[Answer]:
    source, found = _Sent(sent), list[Answer]()
    while source.tell() < len(sent):
        came = http.client.HTTPResponse(source)  # type: ignore[arg-type]
        came.begin()
        headers = {name.lower(): value for name, value in came.getheaders()}
        found.append(Answer(came.status, headers, came.read()))
    return found


class _Sent(io.BytesIO):
    """What was sent, as the socket that `http.client` reads; an answer's end does not close it."""

    def makefile(self, _mode: str) -> "_Sent":
        return self

    def close(self) -> None:
        pass
