"""The guard: refuses requests that use models or provider state which are not on offer.

A body can name a model in many places besides `model`, and can reach for files, presets, containers
and the like, which all students would share. Both are looked for here, on every endpoint alike;
whatever else is in a body is the student's own.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from hcai_app.api.proxy import guard_models, guard_state
from hcai_app.api.proxy.body_bounds import Body, search
from hcai_app.api.proxy.guard_models import CheckModel
from hcai_app.api.proxy.guard_reading import (
    MAX_SPLIT_PARTS,
    Reader,
    members_within,
    parts_of,
    too_many_parts,
)
from hcai_app.api.proxy.members import Fields, starts_with
from hcai_app.errors import InvalidRequest
from hcai_app.loose_json import items_of, members_of

# Fields in which neither a model nor anything of the account can be named. A body with no others is
# not looked at field by field.
ORDINARY = frozenset(
    {
        *("model", "messages", "input", "system", "instructions", "stream", "stream_options"),
        *("user", "metadata", "session_id", "safety_identifier", "usage", "trace", "include"),
        *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tool_calls", "n"),
        *("temperature", "top_p", "top_k", "min_p", "top_a", "seed", "stop", "stop_sequences"),
        *("frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias"),
        *("logprobs", "top_logprobs", "response_format", "text", "verbosity", "truncation"),
        *("functions", "function_call", "tool_choice", "parallel_tool_calls"),
        *("reasoning", "reasoning_effort", "include_reasoning", "thinking", "output_config"),
        *("modalities", "image_config", "audio", "prediction", "cache_control", "transforms"),
        *("prompt_cache_key", "service_tier", "web_search_options"),
        *("dimensions", "encoding_format", "input_type"),
        *("size", "quality", "style", "aspect_ratio", "resolution", "output_format"),
    }
)
# Names with which a message can reach into the account, or bring a tool along. Inside a text they
# would stand between escaped quotes, so this finds them as whole strings only. Looking at the first
# letter beforehand lets all other strings go at once.
_NAMES = (
    rb'"(?=[cdfitv])(?:file_ids?|container_id|vector_store_ids|item_reference|tools|definition)"'
)
# The same names in disguise. No encoder writes plain letters as escapes.
_LETTER = rb"\\u00[567][0-9A-Fa-f]"
_DISGUISED = rb'"[a-z_]{0,20}' + _LETTER + rb"(?:[a-z_]|" + _LETTER + rb'){0,20}"'
_SUSPECT = re.compile(_NAMES)
_SUSPECT_OR_DISGUISED = re.compile(_NAMES + rb"|" + _DISGUISED)
_ESCAPED_LETTER = re.compile(_LETTER)
_BACKSLASH = b"\\"
# Where a student writes to the model, in all dialects.
CONTENT = frozenset(
    {"messages", "input", "system", "prompt", "instructions", "prediction", "input_references"}
)
IN_CONTENT = frozenset({"file_id", "file_ids", "container_id", "vector_store_ids"})
TOOLS_IN_CONTENT = frozenset({"tools", "definition"})
# What a model called a tool with, and the tools, is not looked through as if it were a message.
OPAQUE = TOOLS_IN_CONTENT | {"input", "arguments"}
# The provider keeps 16 pairs of 64 and 512 characters.
MAX_METADATA = 64 * 1024
# No conversation is longer in which an item must be looked into.
MAX_MESSAGES = 20_000
NOTHING: Mapping[str, Any] = {}
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_names = msgspec.json.Decoder(str)


def check(fields: Fields, body: Body, check_model: CheckModel) -> Mapping[str, Any]:
    """Check all that a request names; `fields` are its members, `body` is the whole of it.

    Returns the members that had to be parsed; a student's own tools are none of them.

    Raises:
        InvalidRequest: When it may use a model that is not offered, or reaches into the account.
    """
    try:
        return _check(fields, body, check_model)
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _check(fields: Fields, body: Body, check_model: CheckModel) -> Mapping[str, Any]:
    routers, reader = guard_models.NO_ROUTERS, None
    if not ORDINARY.issuperset(fields):
        reader = Reader()
        guard_state.check_fields(fields, ORDINARY, reader)
        routers = guard_models.check_fields(fields, check_model, reader)
    if "metadata" in fields and len(memoryview(fields["metadata"])) > MAX_METADATA:
        raise InvalidRequest("`metadata` is too long: send less of it.", param="metadata")
    guard_models.check_name(_model(fields), "model", check_model, routers)
    suspect = _SUSPECT_OR_DISGUISED if _has_escaped_letters(body) else _SUSPECT
    for name in [name for name in fields if name in CONTENT]:
        for message in _suspects(fields[name], name, suspect):
            reader = reader or Reader()
            for inner, value in members_within(reader.read(message, name), OPAQUE):
                _check_member(inner, value, name, check_model)
    return reader.values if reader else NOTHING


def _has_escaped_letters(body: Body) -> bool:
    # A single character is found at once, and most large files have no backslash.
    at = body.find(_BACKSLASH)
    return at >= 0 and search(_ESCAPED_LETTER, body, at)


def _suspects(raw: msgspec.Raw, param: str, suspect: re.Pattern[bytes]) -> list[msgspec.Raw]:
    """Return the messages, or other model input, in which something suspect is named."""
    if not search(suspect, memoryview(raw)):
        return []
    messages = _messages(raw, param)
    if len(messages) > MAX_MESSAGES:
        raise InvalidRequest(f"`{param}` has more than {MAX_MESSAGES:,} items.", param=param)
    return [message for message in messages if search(suspect, memoryview(message))]


def _messages(raw: msgspec.Raw, param: str) -> list[msgspec.Raw]:
    """Return the items of a list; of anything else itself."""
    if not starts_with(raw, b"["):
        return [raw]
    if parts_of(raw) > MAX_SPLIT_PARTS:
        raise too_many_parts(param)
    return _lists.decode(raw)


def _check_member(name: str, value: Any, param: str, check_model: CheckModel) -> None:
    if name == "type" and value == "item_reference":
        raise InvalidRequest(guard_state.REFERENCE, param=param)
    if name in IN_CONTENT:
        guard_state.check_member(name, value, param)
    elif name in TOOLS_IN_CONTENT:
        tools = [tool for tool in items_of(value) or [value] if members_of(tool)]
        guard_models.check_tools(tools, param, check_model)


def _model(fields: Fields) -> str:
    try:
        return _names.decode(fields["model"])
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequest(
            "`model` is missing: name one that /proxy/v1/models lists.", param="model"
        ) from None
