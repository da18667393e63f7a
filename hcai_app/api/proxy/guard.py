"""What a request may ask of the provider's account: offered models, and nothing that is kept there.

A body can name a model in many places besides `model`, and can reach for files, presets, containers
and the like, which all students would share. Both are looked for here, on every endpoint alike;
whatever else is in a body is the student's own.
"""

import re
from typing import Any

import msgspec

from hcai_app.api.proxy import guard_models, guard_state
from hcai_app.api.proxy.guard_models import CheckModel
from hcai_app.api.proxy.guard_reading import Fields, members_within, read
from hcai_app.errors import InvalidRequest
from hcai_app.lenient import items_of, members_of

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
# would stand between escaped quotes, so this finds them as whole strings only.
_SUSPECT = re.compile(
    rb'"(?:file_ids?|container_id|vector_store_ids|item_reference|tools|definition)"'
)
# The same names in disguise. No encoder writes plain letters as escapes.
_DISGUISED = re.compile(rb'"[a-z_]*\\u00[567][0-9A-Fa-f](?:[a-z_]|\\u00[567][0-9A-Fa-f])*"')
# Where a student writes to the model, in all dialects.
CONTENT = (
    *("messages", "input", "system", "prompt", "instructions", "prediction"),
    "input_references",
)
IN_CONTENT = frozenset({"file_id", "file_ids", "container_id", "vector_store_ids"})
TOOLS_IN_CONTENT = frozenset({"tools", "definition"})
# What a model called a tool with, and the tools, is not looked through as if it were a message.
OPAQUE = TOOLS_IN_CONTENT | {"input", "arguments"}
_ESCAPE = b"\\u00"
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
    if _SUSPECT.search(body) or (body.find(_ESCAPE) >= 0 and _DISGUISED.search(body)):
        _check_content(fields, check_model)


def _check_content(fields: Fields, check_model: CheckModel) -> None:
    """Look through the messages or whatever else is told to the model."""
    for name in CONTENT:
        raw = fields.get(name)
        if raw is not None and (_SUSPECT.search(raw) or _DISGUISED.search(raw)):
            for member, value in members_within(read(raw, name), OPAQUE):
                _check_part(member, value, name, check_model)


def _check_part(member: str, value: Any, param: str, check_model: CheckModel) -> None:
    if member == "type" and value == "item_reference":
        raise InvalidRequest(guard_state.STATE["previous_response_id"], param=param)
    if member in IN_CONTENT:
        guard_state.check_member(member, value, param)
    elif member in TOOLS_IN_CONTENT:
        tools = [tool for tool in items_of(value) or [value] if members_of(tool)]
        guard_models.check_tools(tools, param, check_model)


def _model(fields: Fields) -> str:
    try:
        return _names.decode(fields["model"])
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequest(
            "`model` is missing: name one that /proxy/v1/models lists.", param="model"
        ) from None
