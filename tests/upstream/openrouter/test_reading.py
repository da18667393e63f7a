import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hcai_app.upstream.openrouter import reading
from hcai_app.upstream.openrouter.usage import (
    MAX_COST,
    MAX_TOKENS,
    find_usage,
    generation_of,
    usage_of,
)
from tests.upstream.events import COST_NANOUSD, USAGE, encode

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NAMES = [*USAGE, "is_byok", "cost_details"]

COUNTS = [
    (None, 0),
    ("12", 12),
    ("12.0", 12),
    ("twelve", 0),
    (-3, 0),
    (3.9, 3),
    (10**30, MAX_TOKENS),
    (10**400, 0),
    (float("nan"), 0),
    (float("inf"), 0),
    ([], 0),
    ({}, 0),
]
COSTS = [
    (None, None),
    ("", None),
    ("free", None),
    (True, None),
    (float("nan"), None),
    (float("inf"), None),
    ("NaN", None),
    ("1e999999", None),
    ("1e99999999999", None),
    (10**30, None),
    (-1, 0),
    ("-1e99999", 0),
    (0, 0),
    ("0.0000021", 2_100),
    (2.1e-6, 2_100),
    (0.0000000005, 1),
    (1.5, 1_500_000_000),
]


@pytest.mark.parametrize(("given_value", "read"), COUNTS)
def test_a_count_in_any_spelling(given_value: Any, read: int) -> None:
    usage = usage_of({"prompt_tokens": given_value, "x": 1})
    assert usage is not None
    assert usage.prompt_tokens == read


@pytest.mark.parametrize(("given_value", "read"), COSTS)
def test_a_cost_in_any_spelling(given_value: Any, read: int | None) -> None:
    usage = usage_of({"cost": given_value})
    assert usage is not None
    assert usage.cost_nanousd == read


def test_a_cost_that_is_absent_is_not_told() -> None:
    usage = usage_of({"prompt_tokens": 1, "completion_tokens": 2})
    assert usage is not None
    assert usage.cost_nanousd is None
    assert usage.total_tokens == 3


@pytest.mark.parametrize("is_byok", [True, "true", "True"])
def test_on_our_own_provider_key_the_charge_of_the_provider_is_added(is_byok: Any) -> None:
    usage = {"cost": 0.95, "is_byok": is_byok, "cost_details": {"upstream_inference_cost": 19}}
    read = usage_of(usage)
    assert read is not None
    assert read.cost_nanousd == 19_950_000_000


@pytest.mark.parametrize("is_byok", [False, None, "False", 0])
def test_otherwise_the_charge_of_the_provider_is_not_added(is_byok: Any) -> None:
    usage = {"cost": 0.95, "is_byok": is_byok, "cost_details": {"upstream_inference_cost": 19}}
    read = usage_of(usage)
    assert read is not None
    assert read.cost_nanousd == 950_000_000


@pytest.mark.parametrize("details", [None, [], "x", {"upstream_inference_cost": None}])
def test_details_may_be_anything(details: Any) -> None:
    usage = {"cost": "1", "is_byok": True, "cost_details": details}
    read = usage_of({**usage, "prompt_tokens_details": details})
    assert read is not None
    assert read.cost_nanousd == 1_000_000_000


@given(st.dictionaries(st.sampled_from(NAMES), odd))
def test_no_usage_is_too_odd_to_be_read(usage: dict[str, Any]) -> None:
    read = usage_of(usage)
    assert (read is None) == (not usage)
    if read is not None:
        assert 0 <= read.prompt_tokens <= MAX_TOKENS
        assert read.cost_nanousd is None or 0 <= read.cost_nanousd <= 2 * MAX_COST


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 9**9) | odd), st.booleans())
def test_an_answer_read_fast_tells_the_same_as_one_read_leniently(
    usage: dict[str, Any], is_whole: bool
) -> None:
    whole = {"total_tokens": 5, "cost": 1e-9, "is_byok": True} if is_whole else {}
    answer = {"id": "gen-1", "model": "a/b", "choices": [1], "usage": {**usage, **whole}}
    data = json.dumps(answer).encode("utf-8", "replace")
    assume(b"NaN" not in data and b"Infinity" not in data)  # no JSON
    fast, slow = reading.read(data), reading.read(data[:-1] + b', "error": 0}')
    assert fast is not None
    assert slow is not None
    assert (fast.usage, fast.generation_id, fast.model) == (slow.usage, "gen-1", "a/b")
    assert fast.has_content


@pytest.mark.parametrize("end", [{"finish_reason": "error", "error": None}, {"error": {}}])
@pytest.mark.parametrize("total", [5, "5"], ids=["fast", "leniently"])
def test_a_choice_that_ended_in_an_error_is_told(end: dict[str, Any], total: Any) -> None:
    answer = {"id": "gen-1", "model": "a/b", "choices": [end], "usage": {"total_tokens": total}}
    read = reading.read(json.dumps(answer).encode())
    assert read is not None
    assert read.has_failed == ("finish_reason" in end)


@pytest.mark.parametrize("value", [None, {}, [], "usage", 7])
def test_what_is_no_object_is_no_usage(value: Any) -> None:
    assert usage_of(value) is None


@given(odd)
def test_any_json_can_be_read(value: Any) -> None:
    data = json.dumps({"id": value, "model": value, "usage": value, "choices": value})
    read = reading.read(data.encode("utf-8", "replace"))
    assert read is None or read.error is None


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"null", b"[" * 9_999])
def test_what_is_no_json_object_is_not_read(data: bytes) -> None:
    assert reading.read(data) is None


@pytest.mark.parametrize("name", ["", "a" * 201, "a\nb", "a\0b", 7, None, ["x"]])
def test_a_name_that_cannot_be_one_is_not_taken(name: Any) -> None:
    read = reading.read(json.dumps({"id": name, "model": name}).encode())
    assert read is not None
    assert read.generation_id is None
    assert read.model is None


@settings(deadline=None)
@given(st.data())
def test_the_usage_is_found_in_any_cut_that_holds_it(data: st.DataObject) -> None:
    texts = st.sampled_from(['"usage": {"cost": 5}', "}}{{", '\\"', "x" * 999, '"usage":', "🙂"])
    answer = {
        "choices": [{"message": {"content": data.draw(texts)}}],
        "usage": {**USAGE, "note": data.draw(texts)},
        "after": data.draw(texts),
    }
    separators = data.draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", "  :\n ")]))
    text = json.dumps(answer, ensure_ascii=False, separators=separators).encode()
    start = data.draw(st.integers(0, text.rindex(b'"usage"', 0, text.index(b'"prompt_tokens"'))))
    found = find_usage(text[start:])
    assert found is not None
    assert (found.cost_nanousd, found.cached_tokens) == (COST_NANOUSD, 5)


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b'"usage"',
        b'"usage":',
        b'"usage":null,"choices":[{"a":1}]',
        b'"usage":{"cost":1',
        b'"usage":{"cost":"' + b"x" * 20_000 + b'"}',
        b'"usage": "a text", "x": {"cost": 1}',
        b'\\"usage\\": {\\"cost\\": 1}',
    ],
)
def test_half_a_usage_is_none(piece: bytes) -> None:
    assert find_usage(piece) is None


def test_a_whole_usage_before_half_a_one_is_found() -> None:
    found = find_usage(b'x"usage":' + encode(USAGE) + b',"choices":[],"usage":{"cost":')
    assert found is not None
    assert found.cost_nanousd == COST_NANOUSD


def test_a_generation_tells_what_is_billed() -> None:
    generation = {
        "model": "a/b",
        "total_cost": "0.5",
        "is_byok": True,
        "upstream_inference_cost": 1,
        "native_tokens_prompt": 7,
        "tokens_prompt": 5,
        "native_tokens_completion": None,
        "tokens_completion": 3,
        "native_tokens_reasoning": 2,
        "native_tokens_cached": 1,
    }
    told = generation_of(generation)
    assert told is not None
    model, usage = told
    assert model == "a/b"
    assert usage.cost_nanousd == 1_500_000_000
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (7, 3, 10)
    assert (usage.reasoning_tokens, usage.cached_tokens) == (2, 1)


@pytest.mark.parametrize("cost", [None, "soon", [], True, float("nan")])
def test_a_generation_whose_cost_is_not_told_yet_is_asked_for_again(cost: Any) -> None:
    assert generation_of({"model": "a/b", "total_cost": cost}) is None
    assert generation_of({"model": "a/b"}) is None


def test_the_head_of_a_huge_answer_tells_its_names_but_not_those_of_its_choices() -> None:
    head = b'{"id": "gen-1", "model":"a/b", "choices": [{"id": "call_1", "x": "' + b"y" * 10**6
    read = reading.read_head(head)
    assert (read.generation_id, read.model, read.usage) == ("gen-1", "a/b", None)
    read = reading.read_head(b'{"usage": ' + encode(USAGE) + b', "choices": [{"id": "call_1"')
    assert read.generation_id is None
    assert read.usage is not None
    assert read.usage.cost_nanousd == COST_NANOUSD


@pytest.mark.parametrize("oddity", [b'"\\ud800"', b'"\x01"', b"NaN", b'"\xff"'])
def test_what_only_a_strict_reader_refuses_is_still_booked(oddity: bytes) -> None:
    answer = b'{"id":"gen-1","model":"a/b","choices":[{"odd":%b}],"usage":%b}'
    data = answer % (oddity, encode(USAGE))
    read = reading.read(data)
    assert read is not None
    assert read.has_content
    assert (read.generation_id, read.model) == ("gen-1", "a/b")
    assert read.usage is not None
    assert read.usage.cost_nanousd == COST_NANOUSD


@pytest.mark.parametrize("text", ["g\u00e9n", "gen\x01", "g" * 201, ""])
def test_an_id_that_no_header_can_carry_is_not_told(text: str) -> None:
    assert reading.name(text) is None
