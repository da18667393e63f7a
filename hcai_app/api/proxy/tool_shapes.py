"""The shapes of declared tools: what their parameters are called and of which type."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hcai_app.api.proxy.members import Fields, starts_with

MAX_TOOLS, MAX_BYTES = 128, 512 * 1024
NONE = Raw(b"null")


class _Parameter(Struct):
    type: Any = None


class _Schema(Struct):
    properties: dict[str, _Parameter] = {}


class _Function(Struct):
    parameters: Raw = NONE


class _Declared(Struct):
    parameters: Raw = NONE
    input_schema: Raw = NONE
    function: _Function | None = None


_lists = msgspec.json.Decoder(list[_Declared])
_schemas = msgspec.json.Decoder(_Schema)


def read(fields: Fields) -> Iterator[str]:
    """Yield each tool's shape, like `content:string,path:string`; none for what cannot be read."""
    for name in ("tools", "functions"):
        raw = fields.get(name)
        if raw is None or not starts_with(raw, b"[") or len(memoryview(raw)) > MAX_BYTES:
            continue
        try:
            tools = _lists.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        yield from (_shape(tool) for tool in tools[:MAX_TOOLS])


def _shape(tool: _Declared) -> str:
    within = tool.function.parameters if tool.function else tool.parameters
    try:
        schema = _schemas.decode(tool.input_schema if within is NONE else within)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return ",".join(sorted(f"{name}:{given.type}" for name, given in schema.properties.items()))
