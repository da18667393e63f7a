"""Every private API of Reflex that we use: look here first when an upgrade breaks something.

Read in the source of Reflex 0.10.1, and held by the tests of the pages, the socket and the build.
It imports nothing of ours, so that the pages and the build may use it as well.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import reflex as rx
from redis.exceptions import RedisError
from reflex.components.el.element import Element  # pyright: ignore[reportMissingImports]
from reflex.components.react_router import (  # pyright: ignore[reportMissingImports]
    ReactRouterLink,
)
from reflex.constants import CompileContext, Env, StateManagerMode
from reflex.environment import EnvVar, environment
from reflex.event import Event, EventHandler, EventSpec
from reflex.experimental.client_state import ClientStateVar
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import StateUpdate
from reflex.style import color_mode, resolved_color_mode
from reflex.style import set_color_mode as set_mode
from reflex_base.constants import REFLEX_VAR_OPENING_TAG
from reflex_base.event.processor import EventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData
from reflex_base.vars.function import FunctionVar
from reflex_components_core.core.banner import has_too_many_connection_errors
from reflex_components_core.core.window_events import WindowEventListener

log = logging.getLogger(__name__)

SUBSCRIBE_AGAIN_S = 1.0

T = TypeVar("T")
Trigger = Callable[..., Awaitable[Any]]

# What `rx.color_mode` stands for, before and after the system has been asked.
chosen_color_mode, shown_color_mode, set_color_mode = color_mode, resolved_color_mode, set_mode
# A value that lives in one browser's page and never reaches a state.
ClientVar = ClientStateVar
# The base of every HTML tag's component: `rx.el` has no plain one, and `rx.el.a` no route of ours.
HtmlElement = Element
# A link within the app: React Router's own, which `rx.link` wraps in a component of Radix Themes.
RouterLink = ReactRouterLink
# What hears events of the whole window, as `rx.window_event_listener` does; a subclass names more.
WindowEvents = WindowEventListener
# True in a browser whose connection has failed twice: what Reflex' own banner asks.
is_connection_lost = has_too_many_connection_errors
# The values of the configuration's `state_manager_mode`, which is an enum that `rx` does not name.
STATES_IN_MEMORY, STATES_IN_REDIS = StateManagerMode.MEMORY, StateManagerMode.REDIS

# Opens a reference to a var within a text, wherever Reflex makes JavaScript of the text.
VAR_TAG = REFLEX_VAR_OPENING_TAG
# The member under which a submitted form brings its fields, each a name and a value.
FORM_ENTRIES = FORM_DATA_ENTRIES_KEY

# Socket.IO's first packet of a socket.
CONNECT_PACKET = 0

# Reflex writes it behind the names of vars.
VAR_MARK = "_rx_state_"


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


def is_handshake(app: rx.App, sid: str, given: Any) -> bool:
    """Return whether this is the very request that opened a socket: Socket.IO keeps the object."""
    return app.sio is not None and given is app.sio.get_environ(sid, _sockets(app).namespace)


def event_handler(name: str) -> tuple[EventHandler, str] | None:
    """Return what Reflex would run for an event of this name, and the module of its state.

    The registry holds every public method of every state under the name that browsers send.
    """
    registered = RegistrationContext.get().event_handlers.get(name)
    return registered and (registered.handler, registered.states[0].__module__)


def is_browser_storage(name: str) -> bool:
    """Return whether a browser is asked to keep this var of a state (`rx.SessionStorage` and such).

    What a browser sends at its first event are full names of vars, with or without the mark.
    """
    state, _, var = name.rpartition(".")
    states = RegistrationContext.get().base_states
    return state in states and states[state]._is_client_storage(var.removesuffix(VAR_MARK))


def has_states_in_memory(app: rx.App) -> bool:
    """Return whether states expire in this process; Redis keeps them by itself."""
    return isinstance(app.state_manager, StateManagerMemory)


async def touch_states(app: rx.App, token: str) -> None:
    """Renew the expiry of a tab's states by reading them."""
    await app.state_manager.get_state(rx.BaseStateToken(ident=token, cls=rx.State))


def subscribe_for_good() -> None:
    """Have Reflex subscribe to its locks in Redis again, however long Redis was away.

    By itself it gives up after five failures, and a stop then raises the last of them.
    """
    subscribe = StateManagerRedis._subscribe_lock_updates

    async def subscribe_again(self: StateManagerRedis) -> None:
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                await subscribe(self)
            await asyncio.sleep(SUBSCRIBE_AGAIN_S)

    StateManagerRedis._subscribe_lock_updates = subscribe_again


def serve_compiled(port: int, *, with_pages: bool) -> None:
    """Make the app serve what is compiled, here and in the processes that are started here.

    The variables that `reflex run --env prod` sets for its workers, three of them internal.
    """
    environment.REFLEX_BACKEND_PORT.set(port)
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_COMPILE_CONTEXT.set(CompileContext.RUN)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(with_pages)


def prefer_tools(*, reloaded: list[Path]) -> None:
    """Choose npm, no look for a newer Reflex, and what is watched, where nobody chose otherwise.

    Reflex reads these variables whenever it asks, so that the configuration is early enough.
    """
    _set_default(environment.REFLEX_USE_NPM, True)
    _set_default(environment.REFLEX_CHECK_LATEST_VERSION, False)
    _set_default(environment.REFLEX_HOT_RELOAD_OVERRIDE_PATHS, reloaded)


def _set_default(variable: EnvVar[T], value: T) -> None:
    if not variable.is_set():
        variable.set(value)


def _sockets(app: rx.App) -> Any:
    """Return the Socket.IO namespace of the events; an app whose pages have no state has none."""
    sockets = app.event_namespace
    assert sockets is not None, "the app has no pages with a state"  # noqa: S101
    return sockets


def browser_value(name: str, kind: Any, library: str) -> rx.Var[Any]:
    """Return a value of a hook of ours in the browser: `usePlay(name)` of a library."""
    local = f"shown_{name.replace('.', '_')}"
    return browser_hook("usePlay", kind, library, name, local=local)


def browser_hook(hook: str, kind: Any, library: str, *arguments: Any, local: str = "shown") -> Any:
    """Return what a hook of ours gives in the browser, under the name of a `local` variable."""
    given = [rx.Var.create(argument) for argument in arguments]
    imports: Any = {library: [ImportVar(tag=hook)]}
    hooks: Any = {f"const {local} = {hook}({', '.join(map(str, given))})": None}
    data = VarData.merge(
        *[it._get_all_var_data() for it in given], VarData(imports=imports, hooks=hooks)
    )
    return rx.Var(local, _var_type=kind, _var_data=data).guess_type()


def browser_call(function: str, library: str, *arguments: Any, is_event: bool = False) -> Any:
    """Return a call of a function of ours in the browser: its value, or what an event does.

    As an event it gets the event's own arguments behind the given ones.
    """
    given = [rx.Var.create(argument) for argument in arguments]
    imports: Any = {library: [ImportVar(tag=function.partition(".")[0])]}
    data = VarData.merge(*[it._get_all_var_data() for it in given], VarData(imports=imports))
    texts = [str(argument) for argument in given]
    if not is_event:
        return rx.Var(f"{function}({', '.join(texts)})", _var_type=str, _var_data=data).guess_type()
    call = f"((...given) => {function}({', '.join([*texts, '...given'])}))"
    return rx.Var(call, _var_data=data).to(FunctionVar, rx.EventChain)


def browser_method(value: rx.Var[Any], *arguments: Any) -> Any:
    """Return an event that calls a function which a hook gives, with these arguments alone."""
    call = f"(() => {{ {value}({', '.join(str(rx.Var.create(it)) for it in arguments)}); }})"
    return rx.Var(call, _var_data=value._get_all_var_data()).to(FunctionVar, rx.EventChain)
