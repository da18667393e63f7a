"""The guard against anything that JSON can say: it refuses or lets pass, and never breaks."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcai_app.api.proxy import guard
from hcai_app.errors import InvalidRequest
from tests.api.test_guard import DEAR, MINI, OFFERED, SCHEMA, assert_refused, body_of, check

# Words that mean something to the guard, so that chance finds them.
WORDS = st.sampled_from(
    [
        *("type", "id", "model", "models", "file_id", "file_ids", "tools", "tool", "definition"),
        *("parameters", "input", "function", "fusion", "auto-router", "web", "advisor", "mcp"),
        *("openrouter:fusion", "openrouter:advisor", "openrouter:web_search", "enabled", "source"),
        *("analysis_models", "allowed_models", "options", "preset", "store", "item_reference"),
        *(DEAR, MINI, "openrouter/auto", "https://x.example"),
    ]
)
NAMES = WORDS | st.text(max_size=5)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
GUARDED = sorted(
    {"models", "fallbacks", "plugins", "tools", "provider", "messages", "input", "system", "prompt"}
    | {"preset", "store", "background", "container", "debug", "conversation", "mcp_servers"}
)
PLAIN_HOLDERS = st.sampled_from(
    [
        ("plugins", {"id": "web"}),
        ("plugins", {"id": "file-parser"}),
        ("plugins", {"id": "fusion", "analysis_models": [MINI], "model": MINI}),
        ("tools", {"type": "openrouter:web_search"}),
        ("tools", {"type": "openrouter:advisor", "parameters": {"model": MINI}}),
        ("tools", {"type": "image_generation", "model": MINI}),
    ]
)
PATHS = st.lists(NAMES.filter(lambda name: name not in ("tools", "id", "type")) | st.none())
NAMING = st.sampled_from(
    ["model", "models", "judge_model", "model_id", "analystModel", "fallback_models"]
)


def buried(value: Any, path: list[str | None]) -> Any:
    """The value under these names; None stands for a list around it."""
    for name in reversed(path):
        value = [value] if name is None else {name: value}
    return value


@given(VALUES, st.sampled_from(GUARDED))
def test_any_value_of_a_guarded_field_passes_or_is_refused(value: Any, name: str) -> None:
    with suppress(InvalidRequest):
        check(body_of(**{name: value}))


@given(st.dictionaries(NAMES | st.sampled_from(GUARDED), VALUES, max_size=5))
def test_any_fields_pass_or_are_refused(fields: dict[str, Any]) -> None:
    with suppress(InvalidRequest):
        check(json.dumps(fields).encode())


@given(PLAIN_HOLDERS, PATHS, NAMING, st.booleans())
def test_an_unoffered_model_is_found_at_any_depth_of_plugins_and_tools(
    holder: tuple[str, dict[str, Any]], path: list[str | None], name: str, is_listed: bool
) -> None:
    param, plain = holder
    named = buried({name: [DEAR] if is_listed else DEAR}, path)
    assert_refused(body_of(**{param: [{**plain, "x": named}]}), param)


@given(PATHS.filter(lambda path: not {"input", "arguments", "definition"} & {*path}), st.data())
def test_a_file_of_the_account_is_found_at_any_depth_and_in_any_spelling(
    path: list[str | None], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["file_id", "file_ids", "container_id"]))
    hidden = data.draw(st.sets(st.integers(0, len(name) - 1)))
    spelled = "".join(
        f"\\u{ord(letter):04x}" if place in hidden else letter for place, letter in enumerate(name)
    )
    part = json.dumps(buried({"NAME": "file-1"}, path)).replace("NAME", spelled)
    for field in ("messages", "input"):
        body = f'{{"model":"{MINI}","{field}":[{part}]}}'
        assert_refused(body.encode(), field)


TEXTS = st.lists(
    st.text() | st.sampled_from(['"file_id":', "\\u0066ile_id", '{"tools":[', "openrouter:fusion"])
).map("".join)


@given(TEXTS, st.booleans())
def test_a_prompt_may_say_what_it_likes(text: str, ascii_only: bool) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    body = {"model": MINI, "messages": messages, "input": text, "prompt": text}
    check(json.dumps(body, ensure_ascii=ascii_only).encode())


@given(VALUES, st.sampled_from(["parameters", "input_schema"]))
def test_a_students_own_tool_may_have_any_schema(schema: Any, name: str) -> None:
    tool = {"type": "custom", "name": "x", name: {**SCHEMA, "x": schema}}
    function = {"type": "function", "function": tool}
    check(body_of(tools=[tool, function]))
    # What a model called it with comes back as part of the conversation.
    call = {"type": "tool_use", "name": "x", "input": schema}
    check(body_of(messages=[{"role": "assistant", "content": [call]}]))


@settings(max_examples=20)
@given(st.integers(50, 2000), st.sampled_from(GUARDED))
def test_deep_nesting_passes_or_is_refused(depth: int, name: str) -> None:
    for opening, end in (("[", "]"), ('{"tools":', "}"), ('[{"file_id":', "}]")):
        value = msgspec.Raw((opening * depth + "null" + end * depth).encode())
        fields = {"model": msgspec.Raw(b'"x/y"'), name: value}
        with suppress(InvalidRequest):
            guard.check(fields, bytes(value), lambda model, param: None)


LARGE = 500_001
CROWDED = [
    ("plugins", b"[" + b"{}," * LARGE + b"{}]"),
    ("tools", b"[" + b"{}," * LARGE + b"{}]"),
    ("provider", b"[" + b"[]," * LARGE + b"[]]"),
    ("messages", b'["file_id",' + b"1," * LARGE + b"1]"),
]


@pytest.mark.parametrize(("name", "value"), CROWDED, ids=[name for name, _ in CROWDED])
def test_what_would_take_long_to_look_through_is_refused(name: str, value: bytes) -> None:
    message = assert_refused(
        b'{"model":"%s","%s":%s}' % (MINI.encode(), name.encode(), value), name
    )
    assert "too many parts" in message


HUGE = 5_000_000


@pytest.mark.timeout(20)
def test_nothing_large_takes_long() -> None:
    """Each of these would take minutes if the time grew with the square of the size."""
    word = "a" * HUGE
    check(body_of(provider={"options": {"x": [word]}}))
    check(body_of(**{word: 1}))
    check(body_of(messages=[{"role": "user", "content": "\x01" + word}, {"name": "file_id"}]))
    check(body_of(messages=[{"content": word}]).replace(b"aa", b"\\u0061"))
    with pytest.raises(InvalidRequest, match="fields"):
        check(json.dumps({"model": MINI, **dict.fromkeys(map(str, range(HUGE // 10)))}).encode())


def test_large_files_and_long_texts_are_no_crowd() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 3_000_000}}
    call = {"type": "tool_use", "input": {"file_id": "mine, and not the provider's"}}
    messages = [{"role": "user", "content": [image, {"type": "text", "text": "a, b " * 20_000}]}]
    check(body_of(messages=[*messages, {"role": "assistant", "content": [call]}], models=OFFERED))
