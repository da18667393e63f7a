"""What reading one body may cost the worker: a moment of its loop, little more than the body."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hcai_app.api.endpoints import GENERATING
from hcai_app.api.proxy import body_bounds, chat, guard, members
from hcai_app.api.proxy.moderations import body_from
from hcai_app.errors import InvalidRequest
from hcai_app.services.models import catalog
from tests.harness.room import within

MB = 1024 * 1024
WHOLE = 63 * MB
# The largest that is decoded whatever it is made of.
DENSE = body_bounds.MAX_DENSE_BYTES - 1024
MAX_BLOCKED_S = 0.1
MAX_GROWTH_MB = 200
MODEL = "qwen/qwen3-32b"
OFFERED = [MODEL, "openai/gpt-5-mini"]
MESSAGES: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}
INPUT = {"input": "hi"}
GOOD: dict[str, dict[str, Any]] = {
    "/chat/completions": MESSAGES,
    "/completions": {"prompt": "hi"},
    "/responses": INPUT,
    "/messages": MESSAGES,
    "/embeddings": INPUT,
    "/images/generations": {"prompt": "a cat"},
    "/images": {"prompt": "a cat"},
}
SCALARS = (
    *("model", "stream", "n", "max_tokens", "max_completion_tokens", "max_output_tokens"),
    *("size", "quality", "response_format", "prompt", "input", "messages", "metadata", "user"),
    *("models", "fallbacks", "plugins", "tools", "provider", "preset", "store", "background"),
    *("reasoning", "thinking", "web_search_options", "temperature", "unknown", "container"),
)
# A whole one is refused by its density, before its members are told apart.
NESTED = {"dense": (DENSE, SCALARS), "whole": (WHOLE, ("model", "messages", "input", "unknown"))}
NEST = b"[" * 40 + b"]" * 40 + b","


def check_model(model: str, param: str) -> None:
    if not catalog.is_allowed(model, OFFERED):
        raise InvalidRequest(f"{model!r} is not offered", param=param)


def reader(parse: Callable[[Any], Any]) -> Callable[[Any], None]:
    def read(body: Any) -> None:
        request = parse(body)
        guard.check(request.fields, body, check_model)

    return read


READERS: dict[str, Callable[[Any], Any]] = {
    endpoint.path: reader(endpoint.handler_for.args[0].parse)  # type: ignore[attr-defined]
    for endpoint in GENERATING
}
READ_CHAT = READERS["/chat/completions"]


def body_of(known: dict[str, Any], name: str, raw: bytes) -> bytes:
    rest = {key: value for key, value in {"model": MODEL, **known}.items() if key != name}
    return b'{"%b":%b,%b' % (name.encode(), raw, json.dumps(rest).encode()[1:])


def nested(size: int) -> bytes:
    return b"[" + NEST * (size // len(NEST)) + b"1]"


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def moment() -> tuple[float, float]:
    """Now, by the wall's clock, and by ours, which stops while other processes run."""
    return time.perf_counter(), time.process_time()


async def cost_of(read: Callable[[Any], Any], body: bytes) -> tuple[str, float, float]:
    """Read a body as the road does; return the refusal, blocked seconds and megabytes."""
    Path("/proc/self/clear_refs").write_text("5")
    before, blocked, last = peak_mb(), 0.0, moment()
    reading = asyncio.create_task(body_bounds.off_the_loop_if_large(body, read, body))
    while not reading.done():
        await asyncio.sleep(0.002)
        now = moment()
        blocked, last = max(blocked, min(now[0] - last[0], now[1] - last[1])), now
    refusal = reading.exception()
    assert refusal is None or isinstance(refusal, InvalidRequest), repr(refusal)
    return str(refusal or ""), blocked, peak_mb() - before


async def assert_cheap(read: Callable[[Any], Any], body: bytes, *, is_refused: bool | None) -> str:
    refusal, blocked, growth = await cost_of(read, body)
    assert blocked < within(MAX_BLOCKED_S), f"{blocked:.3f} s; {refusal}"
    assert growth < MAX_GROWTH_MB, f"{growth:.0f} MB; {refusal}"
    assert is_refused is None or bool(refusal) == is_refused, refusal
    return refusal


@pytest.mark.attack
@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize(("size", "names"), NESTED.values(), ids=NESTED)
async def test_nested_lists_in_any_member_cost_next_to_nothing(
    path: str, size: int, names: tuple[str, ...]
) -> None:
    raw = nested(size)
    for name in names:
        await assert_cheap(READERS[path], body_of(GOOD[path], name, raw), is_refused=None)


@pytest.mark.attack
@pytest.mark.parametrize("name", ["model", "input", "unknown"])
async def test_nested_lists_in_a_moderation_cost_next_to_nothing(name: str) -> None:
    for size in (DENSE, WHOLE):
        await assert_cheap(body_from, body_of(INPUT, name, nested(size)), is_refused=None)


def many(item: bytes, count: int, opened: bytes = b"[", closed: bytes = b"]") -> bytes:
    return opened + b",".join([item] * count) + closed


def names(count: int) -> bytes:
    return b"{" + b",".join(b'"%080d":1' % at for at in range(count)) + b"}"


def numbered(count: int) -> bytes:
    return b"{" + b",".join(b'"a%d":1' % at for at in range(count)) + b"}"


TOOL = json.dumps({"type": "function", "function": {"name": "f", "parameters": {}}}).encode()
SEARCH = b'{"type":"openrouter:web_search","parameters":{"a":1}}'
QUOTED = json.dumps(MODEL).encode()
# Made by the tests that send them: together they are hundreds of megabytes.
MEMBERS: dict[str, tuple[str, Callable[[], bytes], bool | None]] = {
    "names-in-provider-options": ("provider", lambda: b'{"options":%b}' % names(480_000), True),
    "few-names-in-provider": ("provider", lambda: names(900), None),
    "long-lists-in-provider": ("provider", lambda: b'{"order":%b}' % many(b"1", 8_000_000), True),
    "fallbacks": ("models", lambda: many(QUOTED, 480_000), True),
    "objects-as-fallbacks": ("fallbacks", lambda: many(b'{"model":%b}' % QUOTED, 480_000), True),
    "fallbacks-just-readable": ("models", lambda: many(QUOTED, 19_000), True),
    "models-of-a-router": (
        "plugins",
        lambda: b'[{"id":"auto-router","allowed_models":%b}]' % many(QUOTED, 19_000),
        None,
    ),
    "file-ids": ("messages", lambda: many(b'{"a":"file_id"}', 240_000), True),
    "file-ids-just-readable": ("messages", lambda: many(b'{"a":"file_id"}', 9_000), None),
    "one-file-id-among-numbers": ("messages", lambda: many(b"1", 4_000_000, b'["file_id",'), True),
    "one-file-id-in-a-million-parts": (
        "messages",
        lambda: b'[{"content":%b}]' % many(b"{}", 1_000_000, b'["file_id",'),
        True,
    ),
    "parts-of-a-message": ("messages", lambda: b'[{"content":%b}]' % many(b"{}", 1_000_000), False),
    "tools": ("tools", lambda: many(TOOL, 10_000), None),
    "server-tools": ("tools", lambda: many(SEARCH, 100_000), True),
    "server-tools-just-readable": ("tools", lambda: many(SEARCH, 4_000), None),
    "plugins": ("plugins", lambda: many(b'{"id":"web"}', 200_000), True),
    "plugins-just-readable": ("plugins", lambda: many(b'{"id":"web"}', 9_000), None),
    "metadata": ("metadata", lambda: numbered(1_000_000), True),
    "number": ("max_tokens", lambda: b"1" * WHOLE, True),
    "numbers": ("temperature", lambda: b"1" * WHOLE, None),
    "model-of-megabytes": ("model", lambda: b'"%b"' % (b"x" * WHOLE), True),
    "escaped-quotes": (
        "messages",
        lambda: b'[{"content":"%b\\u0061"}]' % (b'\\"' * (15 * MB)),
        None,
    ),
    "preset": ("preset", lambda: b'"%b"' % (b"x" * WHOLE), True),
    "emoji": (
        "messages",
        lambda: b'[{"content":"%b"}]' % ("\U0001f600" * (15 * MB)).encode(),
        False,
    ),
}


@pytest.mark.attack
@pytest.mark.parametrize(("name", "raw", "is_refused"), MEMBERS.values(), ids=MEMBERS)
async def test_many_small_things_cost_no_more(
    name: str, raw: Callable[[], bytes], is_refused: bool | None
) -> None:
    await assert_cheap(READ_CHAT, body_of(MESSAGES, name, raw()), is_refused=is_refused)


@pytest.mark.attack
async def test_so_do_a_million_fields() -> None:
    body = numbered(1_000_000)
    assert "1,000 fields" in await assert_cheap(READ_CHAT, body, is_refused=True)
    few = numbered(900)[:-1] + b"," + body_of(MESSAGES, "unknown", b"1")[1:]
    await assert_cheap(READ_CHAT, few, is_refused=False)


@pytest.mark.attack
@pytest.mark.parametrize(
    "broken",
    [
        lambda: b'{"a":"' + b"\\u0041" * (10 * MB),
        lambda: b'{"a":"' + b"x" * WHOLE + b"\n",
        lambda: b'{"a":"' + b"x" * WHOLE + b'\xff"}',
        lambda: b"x=" * (WHOLE // 2),
        lambda: b"'" * WHOLE,
        lambda: b" " * WHOLE,
        lambda: b"\0" * WHOLE,
        lambda: b"[" * WHOLE,
    ],
    ids=["escapes", "line-break", "latin-1", "form", "quotes", "spaces", "nul", "deep"],
)
async def test_a_large_body_that_is_no_json_is_explained_as_fast(
    broken: Callable[[], bytes],
) -> None:
    assert await assert_cheap(READ_CHAT, broken(), is_refused=True)


LEGITIMATE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "picture": (
        "messages",
        lambda: b'[{"content":"data:image/png;base64,%b"}]' % (b"QUJD" * (10 * MB)),
    ),
    "russian": ("messages", lambda: b'[{"content":"%b"}]' % ("да" * (5 * MB)).encode()),
    "escaped-russian": ("messages", lambda: b'[{"content":"%b"}]' % (b"\\u0434" * (5 * MB))),
    "conversation": ("messages", lambda: many(b'{"role":"user","content":"a, b"}', 100_000)),
    "table": ("messages", lambda: b'[{"role":"user","content":"%b"}]' % (b"1,2,3\\n" * 600_000)),
    "ten-fallbacks": ("models", lambda: many(QUOTED, 10)),
    "own-tools": ("tools", lambda: many(TOOL, 1_000)),
}


@pytest.mark.parametrize(("name", "raw"), LEGITIMATE.values(), ids=LEGITIMATE)
async def test_what_is_large_for_a_reason_passes(name: str, raw: Callable[[], bytes]) -> None:
    await assert_cheap(READ_CHAT, body_of(MESSAGES, name, raw()), is_refused=False)


async def test_many_token_ids_pass_at_embeddings() -> None:
    raw = many(many(b"12345", 1_000), 1_000)
    await assert_cheap(READERS["/embeddings"], body_of({}, "input", raw), is_refused=False)


def test_a_large_body_keeps_its_bytes() -> None:
    raw = b'"' + b"x" * MB + b'"'
    big = b"123456789012345678901234567890.50"
    body = body_of({**MESSAGES}, "text", raw)[:-1] + b',"seed":' + big + b"}"
    for kind in (bytes, bytearray):
        fields = members.object_in(kind(body))
        assert (bytes(fields["seed"]), bytes(fields["text"])) == (big, raw)
        assert all(type(name) is str for name in fields)
        request = chat.parse(kind(body))
        assert b'"seed":' + big in request.body_for("hc_1")
