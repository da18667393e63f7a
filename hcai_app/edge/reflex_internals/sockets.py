"""Private APIs of Reflex: the sockets of open tabs, and the queue of events behind them."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import reflex as rx
from reflex.event import Event, EventSpec
from reflex.state import StateUpdate
from reflex_base.event.processor import EventProcessor

log = logging.getLogger(__name__)

# Socket.IO's first packet of a socket.
CONNECT_PACKET = 0


def open_tabs(app: rx.App) -> Mapping[str, str]:
    """Return the open tabs of this process: token to socket id.

    The event namespace keeps `token_to_sid` up to date as sockets come and go.
    """
    return _sockets(app).token_to_sid


def is_tab(app: rx.App, sid: str) -> bool:
    """Return whether a socket is a tab's: Reflex links it to a token after its handshake."""
    return sid in _sockets(app).sid_to_token


def unsent_updates(app: rx.App, sid: str) -> int:
    """Return the length of a socket's send queue.

    Socket.IO's connection is Engine.IO's socket, and that has a queue; one that closes has none.
    """
    server: Any = app.sio
    connection = server.manager.eio_sid_from_sid(sid, _sockets(app).namespace)
    socket = server.eio.sockets.get(connection)
    return socket.queue.qsize() if socket else 0


async def run_in_tab(app: rx.App, token: str, event: EventSpec) -> None:
    """Send a browser event to a tab, as if a handler had returned it.

    `emit_update` sends an update without a change of state; with Redis also to another worker's.
    """
    update = StateUpdate(events=Event.from_event_type(event))
    await _sockets(app).emit_update(update, token=token)


def intercept_events(app: rx.App, guard: Callable[..., Awaitable[Any]]) -> None:
    """Put a guard before the event socket: it is given Reflex' own function, then the message.

    Socket.IO looks the namespace's `trigger_event` up for each message, the handshake included.
    """
    sockets = _sockets(app)
    sockets.trigger_event = partial(guard, sockets.trigger_event)


def take_messages(app: rx.App, refuse: Callable[[Any], None]) -> None:
    """Take the sockets' messages in Socket.IO's place; it would log what it cannot read.

    `refuse` is given the ASGI scope of a socket whose message is no handshake and no event.
    """
    server: Any = app.sio
    requests = vars(server)["environ"]  # by connection: what opened it

    async def take(connection: str, data: Any) -> None:
        try:
            packet = server.packet_class(encoded_packet=data)
            if packet.packet_type == CONNECT_PACKET:
                await server._handle_connect(connection, packet.namespace, packet.data)
            elif isinstance(packet.data, list) and isinstance(packet.data[0], str):
                await server._handle_event(connection, packet.namespace, None, packet.data)
            else:
                raise TypeError("an event is a list, its name first")
        except Exception as error:
            log.debug("a message cannot be taken: %s", type(error).__name__)
            refuse(requests.get(connection, {}).get("asgi.scope", {}))

    server.eio.on("message", take)


def scope_of(app: rx.App, sid: str) -> Mapping[str, Any]:
    """Return the ASGI scope of the request that opened a socket."""
    environ = app.sio and app.sio.get_environ(sid, _sockets(app).namespace)
    return (environ or {}).get("asgi.scope", {})


def waiting_events(app: rx.App, sid: str) -> int:
    """Return how many events of a socket wait for their turn, cancelled ones included."""
    token = _sockets(app).sid_to_token.get(sid, "")
    processor: Any = app.event_processor
    return len(processor._token_queues.get(token, ()))


def is_handshake(app: rx.App, sid: str, given: Any) -> bool:
    """Return whether this is the very request that opened a socket: Socket.IO keeps the object."""
    return app.sio is not None and given is app.sio.get_environ(sid, _sockets(app).namespace)


def _sockets(app: rx.App) -> Any:
    """Return the Socket.IO namespace of the events; an app whose pages have no state has none."""
    sockets = app.event_namespace
    assert sockets is not None, "the app has no pages with a state"  # noqa: S101
    return sockets


def dispatch_in_a_loop() -> None:
    """Let Reflex skip cancelled events in a loop.

    Its own function calls itself for each of them, and ends at Python's limit, with the socket's
    queue left in memory for ever and the whole processor written to the log.
    """
    kind: Any = EventProcessor
    kind._dispatch_next_for_token = _dispatch_next


def _dispatch_next(processor: Any, token: str) -> None:
    """Start the first event of a tab's queue that is not cancelled."""
    queue = processor._token_queues.get(token)
    try:
        while queue:
            entry, handler = queue[0]
            future = processor._futures.get(entry.ctx.txid)
            if future is not None and not future.cancelled():
                processor._create_event_task(entry=entry, registered_handler=handler)
                return
            queue.popleft()
    except BaseException:
        processor._token_queues.pop(token, None)
        raise
    processor._token_queues.pop(token, None)
