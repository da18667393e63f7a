"""Notices reach the operators' webhook, signed, in the end; and once while nothing fails."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import msgspec
import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.services.notices import delivery, notices
from hcai_app.services.notices.delivery import Delivery
from hcai_app.services.notices.notices import Notice, NoticeKind
from hcai_app.services.ops.alerts import Senses, Watch
from hcai_app.upstream.webhook.client import Webhook
from tests.harness.webhook import OwnWebhook

SECRET = base64.b64encode(b"thirty-two bytes of the operator").decode()


@pytest.fixture
def hook() -> Iterator[OwnWebhook]:
    served = OwnWebhook()
    yield served
    served.close()


@pytest.fixture
async def webhook(hook: OwnWebhook) -> AsyncIterator[Webhook]:
    made = Webhook(hook.url, f"whsec_{SECRET}")
    yield made
    await made.close()


async def tell(database: Database, once: str = "an occasion") -> None:
    notice = Notice(NoticeKind.BRAKE, "80 % are spent.", once, {"percent": 80})
    await notices.tell(database, notice)


async def test_a_notice_arrives_once_and_signed(
    database: Database, hook: OwnWebhook, webhook: Webhook
) -> None:
    await tell(database)
    workers = [Delivery(database, webhook.post) for _ in range(4)]
    await asyncio.gather(*(worker.deliver() for worker in workers))
    assert not await workers[0].deliver()
    ((headers, body),) = hook.posted
    told = msgspec.json.decode(body)
    assert told["type"] == "hcai.brake"
    assert told["data"] == {"text": "80 % are spent.", "percent": 80}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(wanted).decode()}"
    assert abs(int(headers["webhook-timestamp"]) - clock.now_ms() // 1000) < 60
    (kept,) = await notices.latest(database)
    assert kept.id == headers["webhook-id"]
    assert kept.delivered_at is not None


async def test_a_webhook_that_fails_is_tried_again_later_and_later_by_whoever_is_there(
    database: Database, hook: OwnWebhook, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(database)
    hook.status, now = 503, clock.now()
    for pause_s in delivery.PAUSES_S[:3]:
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        assert await Delivery(database, webhook.post).deliver()
        assert not await Delivery(database, webhook.post).deliver()  # not yet
        now += timedelta(seconds=pause_s + 1)
    monkeypatch.setattr(clock, "now", lambda: now)
    (kept,) = await notices.latest(database)
    assert (kept.attempts, kept.fault, kept.delivered_at) == (3, "it answered 503", None)
    hook.status = 200
    assert await Delivery(database, webhook.post).deliver()
    (kept,) = await notices.latest(database)
    assert (kept.fault, kept.delivered_at is None) == (None, False)
    assert len({headers["webhook-id"] for headers, _body in hook.posted}) == 1


async def test_what_a_dead_worker_had_taken_is_delivered_by_another(
    database: Database, hook: OwnWebhook, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(database)
    await database.write(delivery._take, "notices")
    assert not await Delivery(database, webhook.post).deliver()
    later = clock.now() + delivery.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await Delivery(database, webhook.post).deliver()
    assert len(hook.posted) == 1


async def test_after_three_days_a_notice_is_no_news(
    database: Database, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(database)
    later = clock.now() + delivery.LATEST + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not await Delivery(database, webhook.post).deliver()


async def test_without_a_webhook_notices_only_stand_in_the_table(database: Database) -> None:
    await tell(database)
    nowhere = Delivery(database, None)
    await nowhere.run()
    assert not await nowhere.deliver()
    assert len(await notices.latest(database)) == 1


async def test_a_webhook_that_is_away_says_so_without_its_address() -> None:
    webhook = Webhook("http://127.0.0.1:9/secret-in-the-path", "plain secret")
    fault = await webhook.post("ntc_1", 1, b"{}")
    assert fault is not None
    assert "secret" not in fault
    await webhook.close()


class Seen:
    """What a watch is told."""

    refused: int | None = None
    restarts: int | None = None
    pauses = 0
    fired: dict[str, int]

    def __init__(self) -> None:
        self.fired = {}

    def senses(self) -> Senses:
        return Senses(lambda: self.refused, self.count, lambda: self.pauses, lambda: self.fired)

    async def count(self) -> int | None:
        return self.restarts


async def test_what_operators_should_know_is_told_once_an_hour(database: Database) -> None:
    seen = Seen()
    watch = Watch(database, seen.senses())
    await watch.look()
    assert await notices.latest(database) == []
    seen.refused, seen.restarts, seen.pauses = 402, 1, 1
    await watch.look()
    seen.restarts, seen.pauses = 2, 3
    await watch.look()
    kinds = {row.kind: row.text for row in await notices.latest(database)}
    assert kinds.keys() == {"provider_key", "worker", "moderation"}
    assert "OPENROUTER_API_KEY" in kinds["provider_key"]


async def test_a_rule_that_fires_far_more_often_than_before_is_told(database: Database) -> None:
    seen = Seen()
    watch = Watch(database, seen.senses())
    for total, expected in ((40, 0), (80, 0), (130, 0), (500, 1)):
        seen.fired = {"cline-tools": total}
        for _ in range(20):
            await watch.look()
        assert len(await notices.latest(database)) == expected
