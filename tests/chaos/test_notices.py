"""What breaks in a running server is told at the operators' webhook, signed, and names nobody."""

import base64
import hashlib
import hmac
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos import books, procfs
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.webhook import OwnWebhook

SECRET = base64.b64encode(b"thirty-two bytes of the operator").decode()
TOLD_S = 90  # a look every half minute, a delivery every five seconds, and a busy machine


@pytest.fixture
def hook() -> Iterator[OwnWebhook]:
    served = OwnWebhook()
    yield served
    served.close()


def of_kind(hook: OwnWebhook, kind: str) -> list[dict[str, Any]]:
    """The data of the notices of a kind, each of which is signed."""
    told: list[dict[str, Any]] = []
    for headers, body in [*hook.posted]:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        notice = json.loads(body)
        if notice["type"] == f"hcai.{kind}":
            told.append(notice["data"])
    return told


def installed(install: Install, hook: OwnWebhook, **settings: str) -> Product:
    return install(
        HCAI_NOTICE_WEBHOOK_URL=hook.url,
        HCAI_NOTICE_WEBHOOK_SECRET=f"whsec_{SECRET}",
        **settings,
    )


def test_a_killed_worker_is_told_once(install: Install, hook: OwnWebhook) -> None:
    product = installed(install, hook, REDIS_URL=OWN_REDIS).start(workers=2)
    assert product.process is not None
    os.kill(procfs.workers(product.process.pid)[0], signal.SIGKILL)
    books.wait_until(lambda: bool(of_kind(hook, "worker")), TOLD_S, "the notice")
    (told,) = of_kind(hook, "worker")
    assert told["restarts"] == 1
    assert "Workers died" in told["text"]


def test_a_provider_that_refuses_our_key_is_told_and_no_student_is(
    install: Install, hook: OwnWebhook, provider: Provider
) -> None:
    product = installed(install, hook, HCAI_CHAT_RATE_LIMIT="100000/minute").start()
    key = product.make_key("UNOTICE")
    provider.script(status=401)

    def is_told() -> bool:
        answer = product.chat(key)  # calls go on; that of the last minute counts
        assert answer.status_code == 502
        return bool(of_kind(hook, "provider_key"))

    books.wait_until(is_told, TOLD_S, "the notice")
    (told,) = of_kind(hook, "provider_key")
    assert told["status"] == 401
    assert all(b"UNOTICE" not in body and key.encode() not in body for _, body in hook.posted)
