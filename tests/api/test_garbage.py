"""What a call leaves behind: nothing that only the garbage collector could free.

Looking for such things costs a third of a call (docs/decisions/0008).
"""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hcai_app.api.app import ApiApp
from hcai_app.services.keys import keys
from hcai_app.services.people import users
from hcai_app.settings import read_settings
from hcai_app.worker import context, starting
from hcai_app.worker.opening import open_worker
from tests.api.wire import chat_body
from tests.harness.processes import ROOT
from tests.harness.provider import Provider

SECRET = "a secret of the tests, long enough for it"
CALLS = 30


@pytest.fixture
async def own_key(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """A key of this process's own worker."""
    for part in ("alembic", "alembic.ini"):
        (tmp_path / part).symlink_to(ROOT / part)
    monkeypatch.chdir(tmp_path)
    variables = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'books.db'}",
        "HCAI_SECRET_KEY": SECRET,
        "HCAI_CHAT_RATE_LIMIT": "100000/minute",
        "OPENROUTER_API_KEY": "sk-or-v1-test",
        "OPENROUTER_BASE_URL": provider.base_url,
    }
    async with (
        open_worker(read_settings(variables), host="127.0.0.1") as opened,
        starting.serving(opened),
    ):
        assert context.current() is opened
        user_id = await users.create(opened.database, slack_id="UTIDY", name="Ada")
        made = await keys.issue(opened.database, user_id, "x", secret_key=SECRET, max_keys=1)
        yield made.secret


async def call(app: ApiApp, key: str, body: bytes) -> int:
    """Make one call as a server does; return its status."""
    sent: list[dict[str, Any]] = []
    incoming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/proxy/v1/chat/completions"
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"host", b"x")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await app({**scope, "query_string": b"", "client": ("127.0.0.1", 1)}, receive, send)
    assert not sent[-1].get("more_body")
    return sent[0]["status"]


@pytest.mark.parametrize(
    ("prompt", "stream", "status"),
    [
        ("hi", False, 200),
        ("hi", True, 200),
        ("/simulate delay=0.05 chunks=4", True, 200),  # watched over
        ("/simulate status=503", False, 503),
        ("/simulate cut=before_headers", True, 502),
        ("/simulate image_bytes=1500000", False, 200),
    ],
)
async def test_a_call_leaves_nothing_for_the_garbage_collector(
    own_key: str, prompt: str, stream: bool, status: int
) -> None:
    app, body = ApiApp(), json.dumps(chat_body(prompt, stream=stream)).encode()
    for _ in range(5):
        assert await call(app, own_key, body) == status
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(CALLS):
            assert await call(app, own_key, body) == status
        gc.collect()
        kinds = {type(found) for found in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert [kind for kind in kinds if kind.__module__.startswith("hcai_app")] == []
