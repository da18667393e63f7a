"""The guard: refuses requests that use models or provider state which are not on offer.

A body can name a model in many places besides `model`, and can reach for files, presets, containers
and the like, which all students would share. Both are looked for here, on every endpoint alike;
whatever else is in a body is the student's own.
"""

import re
from typing import Any

import msgspec

from hcai_app.api.proxy import guard_models, guard_state
from hcai_app.api.proxy.guard_models import CheckModel
from hcai_app.api.proxy.guard_reading import check_parts, members_within, read
from hcai_app.api.proxy.members import Fields
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
_lists = msgspec.json.Decoder(list[msgspec.Raw])
_names = msgspec.json.Decoder(str)


def check(fields: Fields, body: bytes, check_model: CheckModel) -> None:
    """Check all that a request names; `fields` are its members, `body` is the whole of it.

    Raises:
        InvalidRequest: When it may use a model that is not offered, or reaches into the account.
    """
    try:
        _check(fields, body, check_model)
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _check(fields: Fields, body: bytes, check_model: CheckModel) -> None:
    routers = guard_models.NO_ROUTERS
    if not ORDINARY.issuperset(fields):
        guard_state.check_fields(fields, ORDINARY)
        routers = guard_models.check_fields(fields, check_model)
    guard_models.check_name(_model(fields), "model", check_model, routers)
    suspect = _SUSPECT_OR_DISGUISED if _has_escaped_letters(body) else _SUSPECT
    if suspect.search(body):
        for name in CONTENT & fields.keys():
            _check_content(fields[name], name, suspect, check_model)


def _has_escaped_letters(body: bytes) -> bool:
    # A single character is found at once, and most large files have no backslash.
    at = body.find(_BACKSLASH)
    return at >= 0 and _ESCAPED_LETTER.search(body, at) is not None


def _check_content(
    raw: msgspec.Raw, param: str, suspect: re.Pattern[bytes], check_model: CheckModel
) -> None:
    """Check messages and other model input; parse only the suspect ones."""
    if suspect.search(raw):
        for message in _messages(raw, param):
            if suspect.search(message):
                for name, value in members_within(read(message, param), OPAQUE):
                    _check_member(name, value, param, check_model)


def _messages(raw: msgspec.Raw, param: str) -> list[msgspec.Raw]:
    """Return the items of a list; of anything else itself."""
    check_parts(raw, param)
    try:
        return _lists.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [raw]


def _check_member(name: str, value: Any, param: str, check_model: CheckModel) -> None:
    if name == "type" and value == "item_reference":
        raise InvalidRequest(guard_state.STATE["previous_response_id"], param=param)
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
