"""Switches for everybody: what each worker knows of them, and who has set them."""

import asyncio
from typing import Any

import pytest

from hcai_app.db.engine import Database
from hcai_app.errors import HcaiError, InvalidRequest, NotFound
from hcai_app.services import audit
from hcai_app.services.models.catalog import Catalog
from hcai_app.services.ops import switches
from hcai_app.services.ops.switches import Switches

QWEN = "qwen/qwen3-32b"


async def acts(database: Database) -> list[tuple[str, str | None, str | None, str | None]]:
    found = await database.read(audit.listed, "audit log")
    return [(entry.act, entry.target, entry.before, entry.after) for entry in found]


async def known(database: Database) -> Switches:
    copy = Switches(database)
    await copy.load()
    return copy


async def test_a_banner_stands_until_another_or_none_does(database: Database) -> None:
    assert (await known(database)).banner == ""
    await switches.set_banner(database, "Closed\ntonight.")
    await switches.set_banner(database, "Open again.", actor="usr_desk")
    assert (await known(database)).banner == "Open again."
    await switches.set_banner(database, " ")
    assert (await known(database)).banner == ""
    assert await acts(database) == [
        ("site.banner", None, '{"banner":null}', '{"banner":"Closed tonight."}'),
        ("site.banner", None, '{"banner":"Closed tonight."}', '{"banner":"Open again."}'),
        ("site.banner", None, '{"banner":"Open again."}', '{"banner":null}'),
    ]


async def test_a_model_is_off_with_its_variants_until_it_is_on(database: Database) -> None:
    await switches.switch_off(database, QWEN, "It answers nonsense.")
    off = await known(database)
    assert off.why_off(QWEN) == off.why_off(f"{QWEN}:free") == "It answers nonsense."
    assert off.why_off("qwen/qwen3-8b") is None
    assert list(off.value.values()) == ["It answers nonsense."]
    await switches.switch_off(database, f"{QWEN}:nitro", "Too dear.")
    await switches.switch_on(database, QWEN)
    one = await known(database)
    assert (one.why_off(QWEN), one.why_off(f"{QWEN}:nitro")) == (None, "Too dear.")
    with pytest.raises(NotFound):
        await switches.switch_on(database, QWEN)
    assert [act[:2] for act in await acts(database)] == [
        ("models.off", QWEN),
        ("models.off", f"{QWEN}:nitro"),
        ("models.on", QWEN),
    ]


@pytest.mark.parametrize(
    ("model", "reason"), [("qwen", "x"), ("qwen/../x y", "x"), (QWEN, " "), (QWEN, "x" * 301)]
)
async def test_what_is_no_model_or_no_reason_switches_nothing(
    database: Database, model: str, reason: str
) -> None:
    with pytest.raises(InvalidRequest):
        await switches.switch_off(database, model, reason)
    assert await switches.listed(database) == {}
    assert await acts(database) == []


async def test_both_at_once_leave_one_switch_and_two_acts(database: Database) -> None:
    reasons = ("broken", "dear")
    await asyncio.gather(*(switches.switch_off(database, QWEN, why) for why in reasons))
    assert (await known(database)).why_off(QWEN) in reasons
    assert len(await acts(database)) == 2


async def test_what_is_off_is_neither_listed_nor_allowed_nor_named_as_near() -> None:
    off: dict[str, str] = {}
    models = [{"id": QWEN}, {"id": "qwen/qwen3-8b"}]

    async def fetch(path: str) -> list[dict[str, Any]]:
        return models if "embeddings" not in path else []

    async def no_endpoints(_name: str) -> bytes:
        return b"{}"

    allowed = [QWEN, "qwen/qwen3-8b"]
    lists = {"language": allowed, "image": [], "embedding": []}
    catalog = Catalog(fetch, no_endpoints, **lists, why_off=off.get)
    catalog.check_allowed(QWEN, catalog.chat_models)
    off[QWEN] = "It answers nonsense."
    assert [model["id"] for model in await catalog.language_models()] == ["qwen/qwen3-8b"]
    with pytest.raises(HcaiError, match="for now: It answers nonsense") as refused:
        catalog.check_allowed(QWEN, catalog.chat_models)
    assert refused.value.status == 400
    assert refused.value.metadata == {"nearest": ["qwen/qwen3-8b"]}
    with pytest.raises(NotFound):
        await catalog.model(QWEN)
