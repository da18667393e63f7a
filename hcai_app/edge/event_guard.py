"""Allow-list for the event socket: Reflex gets only events that a page of ours could have sent.

A socket's messages are hostile. Reflex runs whatever public method they name, with whatever they
bring, and writes what it cannot run to the log, a prompt perhaps. And to Socket.IO a message called
"connect" is as good as a handshake. So what no page sends is dropped here without a word.
"""

import inspect
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import reflex as rx
from reflex.event import EventHandler

from hcai_app.edge.reflex_internals import events, sockets
from hcai_app.edge.socket_limits import CONNECTION, MAX_WAITING, Connection

log = logging.getLogger(__name__)

OURS = "hcai_app."
# Reflex' own events that its front end sends.
REFLEX_OWN = frozenset(
    {"hydrate_and_load", "on_load_internal", "update_vars_internal", "handle_frontend_exception"}
)
# Those of them that carry browser storage.
KEEPING = frozenset({"hydrate_and_load", "update_vars_internal"})
LONGEST_STORED = 4_096
# What Reflex makes of every state, and what our handlers call: events to Reflex, to pages none.
NOT_FROM_PAGES = frozenset({"setvar", "enter", "caller"})
# JavaScript's whole numbers, and more than a page's text can be nested.
LARGEST, DEEPEST = 2**53, 12
ROUTE = ("pathname", "asPath")
LONGEST_ROUTE = 4_096


def guard(app: rx.App) -> None:
    """Install the guard on an app's event socket; a lifespan task."""

    async def trigger_event(
        inner: Callable[..., Awaitable[Any]], name: Any, sid: str, *given: Any
    ) -> Any:
        told = given[0] if given else None
        if name == "connect":
            if given and sockets.is_handshake(app, sid, told):
                return await inner(name, sid, told, *map(_admit_handshake, given[1:2]))
        elif name == "event":
            if sockets.waiting_events(app, sid) >= MAX_WAITING:
                return _end(sockets.scope_of(app, sid))
            event = admit(told) if sockets.is_tab(app, sid) else None
            return event and await inner(name, sid, event)
        elif name == "client_error":
            return await inner(name, sid, told)
        elif name in ("disconnect", "ping"):
            return await inner(name, sid)
        return None

    sockets.intercept_events(app, trigger_event)
    sockets.take_messages(app, _end)
    sockets.dispatch_in_a_loop()


def _end(scope: Mapping[str, Any]) -> None:
    """Have a socket closed before its next message is read."""
    connection: Connection | None = scope.get(CONNECTION)
    if connection is not None:
        connection.is_ending = True


def _admit_handshake(given: Any) -> Any:
    """Return what a handshake brings along: the page's first event, and how its states look."""
    if not isinstance(given, dict):
        return None
    event, schema = admit(given.get("event")), given.get("state_schema")
    return {
        **({"event": event} if event else {}),
        **({"state_schema": schema} if isinstance(schema, str) else {}),
    }


def admit(given: Any) -> dict[str, Any] | None:
    """Return the sanitized event; None to drop it."""
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        return None
    handler, payload = _handler_of(given["name"]), given.get("payload") or {}
    if handler is None or not isinstance(payload, dict) or not _suits(handler, payload):
        log.debug("an event that no page sends was dropped")
        return None
    if handler.fn.__name__ in KEEPING and "vars" in payload:
        payload = {**payload, "vars": _stored(payload["vars"])}
    return {"name": given["name"], "payload": payload, "router_data": _route(given)}


def _handler_of(name: str) -> EventHandler | None:
    registered = events.event_handler(name)
    if registered is None:
        return None
    (handler, module), method = registered, name.rpartition(".")[2]
    is_ours = module.startswith(OURS) and method not in NOT_FROM_PAGES
    return handler if is_ours or method in REFLEX_OWN else None


def _suits(handler: EventHandler, payload: Mapping[str, Any]) -> bool:
    """Return whether a handler accepts these arguments."""
    try:
        inspect.signature(handler.fn).bind(None, **payload)
    except TypeError:
        return False
    hints = get_type_hints(handler.fn)
    return all(
        _is_plain(value) and _is_form(value) and _fits(value, hints.get(name, Any))
        for name, value in payload.items()
    )


def _stored(kept: Any) -> dict[str, str]:
    """Return the browser storage of an event, limited to the vars that our states declare."""
    return {
        name: value
        for name, value in (kept.items() if isinstance(kept, dict) else ())
        if events.is_browser_storage(name)
        and isinstance(value, str)
        and len(value) <= LONGEST_STORED
    }


def _fits(value: Any, hint: Any) -> bool:
    """Return whether a value matches an argument's annotation; no page sends an object of ours."""
    kind = get_origin(hint) or hint
    if kind in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if kind is type(None):
        return value is None
    if kind in (int, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in (str, bool, list, dict):
        return isinstance(value, kind)
    return kind is Any


def _is_form(value: Any) -> bool:
    """Return whether a value that looks like a submitted form is one."""
    fields = value.get(events.FORM_ENTRIES, []) if isinstance(value, dict) else []
    return isinstance(fields, list) and all(
        isinstance(field, list) and len(field) == 2 and isinstance(field[0], str)
        for field in fields
    )


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Return whether a value is plain JSON that a database can store."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, (int, float)):
        return math.isfinite(value) and abs(value) <= LARGEST
    if depth > DEEPEST:
        return False
    if isinstance(value, list):
        return all(_is_plain(one, depth + 1) for one in value)
    if isinstance(value, dict):
        parts = [*value, *value.values()]
        return all(_is_plain(one, depth + 1) for one in parts)
    return value is None


def _route(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the page is, as far as it says so in a way that pages do."""
    told = given.get("router_data")
    if not isinstance(told, dict):
        return {}
    route: dict[str, Any] = {
        name: told[name][:LONGEST_ROUTE] for name in ROUTE if isinstance(told.get(name), str)
    }
    query = told.get("query")
    if isinstance(query, dict) and len(str(query)) <= LONGEST_ROUTE:
        route["query"] = {name: value for name, value in query.items() if isinstance(value, str)}
    return route if _is_plain(route) else {}
