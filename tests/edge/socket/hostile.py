"""Events that no page sends: every handler of every state, with what an attacker would give it."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_origin, get_type_hints

from reflex_base.registry import RegistrationContext

import hcai_app.hcai_app  # noqa: F401 - registers every state

TEXTS = (
    "",
    "' OR 1=1 --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "%00",
    "é" * 1_000,  # seven of them still fit in one message
    "\0",
)
GARBAGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    1e308,
    [],
    [[]],
    {},
    {"__reflex_form_data__": 1},
    {"__reflex_form_data__": [["name", "x"]]},
    "\0",
)


@dataclass(frozen=True)
class Handler:
    """What can be called from outside, and with what."""

    name: str
    kinds: dict[str, Any]


def handlers() -> list[Handler]:
    """Everything that Reflex would run for a browser."""
    registered = RegistrationContext.get().event_handlers
    return [Handler(name, _kinds(one.handler.fn)) for name, one in registered.items()]


def _kinds(function: Any) -> dict[str, Any]:
    names = list(inspect.signature(function).parameters)[1:]
    hints = get_type_hints(function)
    return {name: hints.get(name, Any) for name in names}


def payloads(handler: Handler, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Another user's ids and odd values in the types that are asked for, then any garbage."""
    if not handler.kinds:
        yield {}
    choices = {name: _values(kind, ids) for name, kind in handler.kinds.items()}
    for turn in range(max(map(len, choices.values()), default=0)):
        yield {name: values[turn % len(values)] for name, values in choices.items()}
    for odd in GARBAGE:
        yield dict.fromkeys(handler.kinds or {"made_up": None}, odd)
    yield dict.fromkeys((*handler.kinds, "made_up", "self", "user_id"), ids[0])


def _values(kind: Any, ids: list[str]) -> list[Any]:
    plain = get_origin(kind) or kind
    texts = [*ids, *TEXTS]
    if plain in (int, float):
        return [-1, 0, 1, 2**31, 2**53, 0.5]
    if plain is bool:
        return [True, False]
    if plain is list:
        return [[text] for text in texts]
    if plain is dict:
        keys = ("id", "key_id", "user_id", "call_id", "name", "text", "confirm")
        return [dict.fromkeys(keys, text) for text in texts]
    return texts
