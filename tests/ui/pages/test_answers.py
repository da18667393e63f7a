"""How the try-it panels read answers (assets/answers.mjs), run by Node as the browser does."""

import json
from typing import Any

import pytest

from tests.harness.node import evaluate

READ = """
const reader = new module.EventReader();
const pieces = given.flatMap((text) => module.piecesOf(reader, text));
const known = pieces.reduce(module.take, module.nothing());
return { ...known, tokens: module.tokensOf(known.usage), cost: module.costOf(known.usage) };
"""
TAKE = """
const known = module.take(module.nothing(), given);
return { ...known, tokens: module.tokensOf(known.usage), cost: module.costOf(known.usage) };
"""
RESET = """
const headers = new Headers(given.headers);
return module.resetOf(given.error, headers, given.now);
"""
NOON = 1_795_521_600_000  # 2026-11-24 12:00 UTC
HOUR = 3_600_000


def events(*pieces: Any) -> str:
    return "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"


CHAT = events(
    {"choices": [{"delta": {"content": "Bin "}}]},
    {"choices": [{"delta": {"content": "Lid"}}]},
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "cost": 0.001}},
)
RESPONSES = events(
    {"type": "response.output_text.delta", "delta": "Bin Lid"},
    {"type": "response.completed", "response": {"usage": {"total_tokens": 5, "cost": 0.001}}},
)
MESSAGES = events(
    {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 0}}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Bin Lid"}},
    {"type": "message_delta", "usage": {"output_tokens": 2, "cost": 0.001}},
)


@pytest.mark.parametrize("stream", [CHAT, RESPONSES, MESSAGES])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_streams_are_read_however_they_are_cut(stream: str, size: int) -> None:
    given = ": waiting\r\n\r\n" + stream
    told = evaluate(
        "answers.mjs", READ, [given[at : at + size] for at in range(0, len(given), size)]
    )
    assert (told["text"], told["tokens"], told["cost"]) == ("Bin Lid", 5, 0.001)


def test_a_stream_that_ends_with_an_error_tells_it() -> None:
    told = evaluate("answers.mjs", READ, [events({"error": {"code": 502, "message": "Broken."}})])
    assert told["error"]["message"] == "Broken."


@pytest.mark.parametrize(
    ("answer", "field", "shown"),
    [
        ({"choices": [{"message": {"content": "Hi"}}]}, "text", "Hi"),
        ({"output": [{"content": [{"type": "output_text", "text": "Hi"}]}]}, "text", "Hi"),
        ({"type": "message", "content": [{"type": "text", "text": "Hi"}]}, "text", "Hi"),
        ({"data": [{"b64_json": "iVBO"}]}, "images", ["data:image/png;base64,iVBO"]),
        ({"data": [{"embedding": [1, 2]}, {}]}, "note", "One vector of 2 numbers."),
        ({"data": [{"id": "a/b", "architecture": {}}]}, "note", "One model."),
        ({"results": [{"flagged": False}]}, "note", "Not flagged."),
        (
            {"results": [{"flagged": True, "categories": {"hate": True, "self-harm": False}}]},
            "note",
            "Flagged: hate.",
        ),
    ],
)
def test_whole_answers_are_read(answer: dict[str, Any], field: str, shown: Any) -> None:
    assert evaluate("answers.mjs", TAKE, answer)[field] == shown


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"model": "a/b"}', ""),
        ('{"model": "a/b",\n}', "This is not JSON yet: look at line 2, column 1."),
        ('{"model":', "This is not JSON yet: it ends too early."),
        ("[]", "The body has to be a JSON object: it begins with { and ends with }."),
    ],
)
def test_a_body_is_checked_before_it_is_sent(text: str, problem: str) -> None:
    assert evaluate("answers.mjs", "return module.problemOf(given);", text) == problem


@pytest.mark.parametrize(
    ("error", "headers", "resets"),
    [
        ({"status": 402}, {}, NOON + 12 * HOUR),
        (
            {"status": 402, "metadata": {"resets_at": "2026-11-25T00:00:00+00:00"}},
            {},
            NOON + 12 * HOUR,
        ),
        ({"status": 429}, {"retry-after": "90"}, NOON + 90_000),
        ({"status": 400}, {}, None),
    ],
)
def test_an_error_that_passes_tells_when(
    error: dict[str, Any], headers: dict[str, str], resets: int | None
) -> None:
    given = {"error": error, "headers": headers, "now": NOON}
    assert evaluate("answers.mjs", RESET, given) == resets


def test_the_raw_answer_is_indented_and_pictures_in_it_are_cut() -> None:
    raw = json.dumps({"data": [{"b64_json": "x" * 5_000}]})
    shown = evaluate("answers.mjs", "return module.readable(given);", raw)
    assert shown.startswith('{\n  "data"')
    assert "(5000 characters)" in shown
    assert len(shown) < 300


def test_the_true_status_of_an_answer_is_its_errors() -> None:
    given = {"error": {"code": 402, "message": "Spent."}}
    script = "return module.errorOf(module.take(module.nothing(), given), 200);"
    assert evaluate("answers.mjs", script, given)["status"] == 402


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/models?q=x", ""),
        (" /generation?id=gen-1 ", ""),
        ("/generation?id=", "Run another example first"),
        ("models", "begins with a slash"),
        ("", "begins with a slash"),
    ],
)
def test_a_path_is_looked_at_before_it_is_asked_for(path: str, problem: str) -> None:
    told = evaluate("answers.mjs", "return module.pathProblemOf(given);", path)
    assert problem in told
    assert bool(told) == bool(problem)


@pytest.mark.parametrize(
    ("pieces", "header", "found"),
    [
        ([{"id": "gen-1", "choices": []}, {"id": "gen-2"}], "", "gen-1"),
        ([{"id": "resp_1"}], "gen-3", "gen-3"),
        ([{"type": "response.created", "response": {"id": "gen-4"}}], "", "gen-4"),
        ([{"id": "modr-5"}], "", ""),
        ([{"data": []}], "", ""),
    ],
)
def test_a_calls_id_is_the_providers(pieces: list[Any], header: str, found: str) -> None:
    script = """
    const known = given.pieces.reduce(module.take, module.nothing());
    const headers = new Headers(given.header ? { "x-generation-id": given.header } : {});
    return module.idOf(known, headers);
    """
    assert evaluate("answers.mjs", script, {"pieces": pieces, "header": header}) == found


def test_the_beginning_of_a_long_answer_is_short() -> None:
    script = "return module.beginning(given.repeat(50_000)).length;"
    assert evaluate("answers.mjs", script, "data: x\n\n") < 61_000


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"totalRequests": 1234, "totalTokens": 5}, "1,234 calls, 5 tokens."),
        (
            {"data": {"limit": 4, "limit_remaining": 3.99991}},
            "$3.9999 of $4.00 are left for today.",
        ),
        ({"data": {"total_cost": 0.0000024}}, "This call has cost $0.0000024."),
        ({"data": {"endpoints": [{}, {}]}}, "2 companies run it."),
        ({"data": {"endpoints": [{}]}}, "One company runs it."),
        ({"data": {"count": 7}}, ""),
    ],
)
def test_what_is_told_of_an_account_is_put_into_words(answer: Any, note: str) -> None:
    assert evaluate("answers.mjs", TAKE, answer)["note"] == note
