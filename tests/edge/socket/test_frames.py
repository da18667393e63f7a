"""What the wire and the state store hold: nothing that opens a door, and nothing of who came."""

import asyncio
import pickle
import re
import uuid

from redis import Redis

import hcai_app.hcai_app  # noqa: F401 - registers every state
from hcai_app import hashing
from hcai_app.services.people import sessions
from tests.conftest import Install
from tests.harness.databases import OWN_REDIS, emptied_redis
from tests.harness.product import Product
from tests.harness.tabs import Tab, open_session

PAGES = ("/", "/dashboard", "/keys", "/activity", "/models", "/global", "/account")


class Student:
    """A user, and all that must not be seen of them."""

    def __init__(self, product: Product) -> None:
        self.slack_id = f"U{uuid.uuid4().hex[:10].upper()}"
        self.key = product.make_key(self.slack_id)
        self.cookie = asyncio.run(open_session(product, self.slack_id))
        secret_key = product.settings["HCAI_SECRET_KEY"]
        assert product.chat(self.key, "a sesame of the tests").status_code == 200
        self.at_no_time = {
            "the key": self.key,
            "the key's hash": hashing.keyed_hash(self.key, secret_key),
            "the cookie": self.cookie,
            "the cookie's hash": hashing.keyed_hash(self.cookie, secret_key, b"session"),
            "the secret": secret_key,
            "the prompt": "a sesame of the tests",
            "the browser": "a browser of the tests",
        }
        self.on_the_wire = {
            **self.at_no_time,
            "the session": sessions.id_of(self.cookie, secret_key),
        }

    def seen_in(self, text: str, secrets: dict[str, str]) -> list[str]:
        return [name for name, secret in secrets.items() if secret in text]


async def journey(product: Product, cookie: str) -> Tab:
    """Look at every page, in one tab."""
    shown = Tab(product.origin, cookie, PAGES[0], None)
    await shown.open(**{"User-Agent": "a browser of the tests", "X-Forwarded-For": "203.0.113.77"})
    await shown.until_loaded()
    for path in PAGES:
        shown.path = path
        await shown.settle()
    return shown


def test_nothing_secret_is_on_the_wire(product: Product) -> None:
    ada = Student(product)

    async def look() -> Tab:
        shown = await journey(product, ada.cookie)
        await shown.close()
        return shown

    shown = asyncio.run(look())
    assert ada.seen_in(shown.sent, ada.on_the_wire) == []
    assert "203.0.113.77" not in shown.sent
    assert not re.search(r"ses_[0-9a-f]{8}", shown.sent)


def test_nothing_secret_rests_in_the_state_store(install: Install) -> None:
    with emptied_redis(OWN_REDIS) as redis:
        product = install(REDIS_URL=OWN_REDIS).start(workers=2)
        ada = Student(product)

        async def look() -> bytes:
            tabs = [await journey(product, ada.cookie) for _ in range(3)]
            held = dump(redis)
            for one in tabs:
                await one.close()
            return held

        held = asyncio.run(look())
    assert b"site_state" in held, "the states were not looked at"
    text = held.decode("latin-1")
    assert ada.seen_in(text, ada.at_no_time) == []
    assert "203.0.113.77" not in text
    assert "127.0.0.1" not in text.replace(f"127.0.0.1:{product.port}", "")


def dump(redis: "Redis") -> bytes:
    """Everything that a Redis holds, names and values."""
    parts: list[bytes] = []
    for name in redis.scan_iter("*"):
        kind = redis.type(name).decode()
        read = {
            "string": redis.get,
            "hash": redis.hgetall,
            "set": redis.smembers,
            "zset": lambda one: redis.zrange(one, 0, -1, withscores=True),
            "list": lambda one: redis.lrange(one, 0, -1),
            "none": lambda _one: None,  # it has ended since it was named
        }[kind]
        found = read(name)
        parts += [name, found if isinstance(found, bytes) else pickle.dumps(found)]
    return b"\n".join(parts)
