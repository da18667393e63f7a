"""Whatever a browser sends: nobody sees or changes what is another's, and nothing breaks."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from hcai_app.db.engine import Database
from hcai_app.services.people import sessions
from tests.edge.socket.hostile import handlers, payloads
from tests.edge.socket.test_live import requests
from tests.harness.product import Product
from tests.harness.provider import Provider
from tests.harness.tabs import DASHBOARD, MARK, ROOT, SITE, Tab, open_session, tab

UPDATE_VARS = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
BROKE = "Something broke"
# The words of a search stand in the page's address.
SAYS_BACK = ("models_state.search", "docs_state.search")
TABLES = ("users", "keys", "sessions", "calls")


class Victim:
    """Somebody with a key, a call and a session, all of whose names are known to the attacker."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
        self.name = f"Ada {uuid.uuid4().hex}"
        product.cli("users", "create", "--slack-id", self.slack_id, "--name", self.name)
        label = f"laptop {uuid.uuid4().hex}"
        self.key = product.cli("keys", "create", "--user", self.slack_id, "--name", label)
        assert product.chat(self.key).status_code == 200
        self.cookie = asyncio.run(open_session(product, self.slack_id))
        self.session_id = sessions.id_of(self.cookie, product.settings["HCAI_SECRET_KEY"])
        rows = self.rows()
        self.user_id = rows["users"][0]["id"]
        (key,), (call,) = rows["keys"], rows["calls"]
        self.ids = [self.user_id, key["id"], call["id"], self.session_id, self.slack_id]
        self.marks = [self.name, label, call["id"], key["id"], key["preview"], self.slack_id]

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that the database holds of them."""
        return asyncio.run(self._rows())

    async def _rows(self) -> dict[str, list[dict[str, Any]]]:
        database = Database(self.product.settings["DATABASE_URL"])
        found: dict[str, list[dict[str, Any]]] = {}
        who = {"slack_id": self.slack_id}

        def work(connection: Connection) -> None:
            for table in TABLES:
                owner = "id" if table == "users" else "user_id"
                mine = "(SELECT id FROM users WHERE slack_id = :slack_id)"
                query = text(f"SELECT * FROM {table} WHERE {owner} = {mine}")
                found[table] = [dict(row) for row in connection.execute(query, who).mappings()]

        await database.read(work, "rows")
        await database.close()
        return found

    def is_seen_in(self, shown: Tab) -> list[str]:
        return [mark for mark in self.marks if mark in shown.sent]


@pytest.fixture(scope="module")
def victim(module_product: Product, provider_process: Provider) -> Iterator[Victim]:
    provider_process.reset()  # of what another file's last test has told it to answer
    found = Victim(module_product)
    before = found.rows()
    yield found
    assert found.rows() == before


async def attacker(product: Product) -> str:
    slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
    product.cli("users", "create", "--slack-id", slack_id, "--name", "Eve")
    return await open_session(product, slack_id)


def test_there_are_handlers_to_attack() -> None:
    names = [handler.name for handler in handlers()]
    assert f"{DASHBOARD}.choose_range" in names
    assert f"{ROOT}.hydrate_and_load" in names


@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in", "nobody"])
@pytest.mark.parametrize(
    "handler", handlers(), ids=lambda handler: handler.name.rpartition("____")[2]
)
async def test_no_handler_gives_away_or_breaks_anything(
    product: Product, victim: Victim, handler: Any, is_signed_in: bool
) -> None:
    cookie = await attacker(product) if is_signed_in else None
    async with tab(product, cookie) as shown:
        for payload in payloads(handler, victim.ids):
            await shown.send(handler.name, payload)
        await asyncio.sleep(0.05)
        try:
            await shown.settle()
        except TimeoutError:
            assert not shown.is_open
        asked_for = victim.ids if handler.name.endswith(SAYS_BACK) else []
        assert set(victim.is_seen_in(shown)) <= set(asked_for)
        assert not any(BROKE in toast for toast in shown.toasts)
    assert product.process is not None
    assert "Traceback" not in product.process.log


@pytest.mark.parametrize("name", ["range", "group", "measure"])
async def test_a_dashboard_lives_on_after_what_its_browser_forges(
    product: Product, name: str
) -> None:
    slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
    key = product.make_key(slack_id)
    async with tab(product, await open_session(product, slack_id)) as shown:
        for value in ("bogus", "", "x" * 4_000, "24H"):
            await shown.send(UPDATE_VARS, {"vars": {f"{DASHBOARD}.{name}{MARK}": value}})
        for count in ("1", "2"):
            await asyncio.to_thread(product.chat, key)
            await shown.until(lambda count=count: requests(shown) == count)
        assert shown.scripts == []
    assert product.process is not None
    assert "Traceback" not in product.process.log


async def test_a_message_that_calls_itself_a_handshake_changes_nothing(
    product: Product, victim: Victim
) -> None:
    async with tab(product, victim.cookie) as hers:
        bound = hers.of(ROOT, "rx_router_session")["client_token"]
    cookie = f"{sessions.COOKIE}={victim.session_id}"
    forged = {
        "QUERY_STRING": f"token={bound}",
        "asgi.scope": {"headers": [["cookie", cookie]], "client": ["127.0.0.1", 1]},
    }
    async with tab(product, await attacker(product)) as shown:
        name = shown.of(SITE, "name")
        await shown.emit(forged, "connect")
        await shown.settle()
        assert shown.of(SITE, "name") == name
        assert victim.is_seen_in(shown) == []
        assert bound not in shown.sent


@pytest.mark.parametrize("name", ["disconnect", "ping", "client_error", "connect", "made up", ""])
@pytest.mark.parametrize("data", [None, {}, [], "x", 1, {"error_type": "x", "message": "x" * 9999}])
async def test_odd_messages_trouble_nobody_else(product: Product, name: str, data: Any) -> None:
    async with tab(product, await attacker(product)) as calm, tab(product, None) as shown:
        for one in (data, {"auth": data}):
            await shown.emit(one, name)
        await shown.emit(data)
        await calm.settle()
    assert product.process is not None
    assert "Traceback" not in product.process.log


async def test_what_is_dropped_is_not_written_down(product: Product) -> None:
    async with tab(product, None) as shown:
        await shown.send("no.such.handler", {"prompt": "a sesame of the tests"})
        await shown.emit({"name": 1, "payload": "a sesame of the tests"})
        await shown.emit("a sesame of the tests")
        await shown.settle()
    assert product.process is not None
    assert "sesame" not in product.process.log
