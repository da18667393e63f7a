"""A browser tab without a browser: the event socket, spoken as Reflex' front end speaks it."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import socketio
from sqlalchemy import select

from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.services.people import sessions
from tests.harness.product import Product

EVENTS = "/_event"
ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
SITE = f"{ROOT}.hcai_app___ui___state___base____site_state"
DASHBOARD = f"{SITE}.hcai_app___ui___state___dashboard____dashboard_state"
MARK = "_rx_state_"  # Reflex writes it behind the names of vars
PATIENCE_S = 10.0


async def open_session(product: Product, slack_id: str) -> str:
    """Sign a user of the command line in; return what their cookie holds."""
    database = Database(product.settings["DATABASE_URL"])
    try:
        wanted = select(users_table.c.id).where(users_table.c.slack_id == slack_id)
        user_id = await database.read(lambda it: it.scalar(wanted), "user")
        assert user_id
        secret_key = product.settings["HCAI_SECRET_KEY"]
        return await sessions.create(database, user_id, secret_key=secret_key)
    finally:
        await database.close()


class Tab:
    """One tab: what it has been sent, and the state that this makes."""

    def __init__(self, origin: str, cookie: str | None, path: str, token: str | None) -> None:
        self.origin = origin
        self.cookie = cookie
        self.path = path
        self.token = token or str(uuid.uuid4())
        self.frames: list[Any] = []
        self.frames_at: list[float] = []
        self.state: dict[str, dict[str, Any]] = {}
        self.scripts: list[str] = []
        self.toasts: list[str] = []
        self.loads = 0  # how often a page was loaded
        self._news = asyncio.Event()
        # An HTTP session of our own: after a refusal engine.io leaves its one open.
        self._http = aiohttp.ClientSession()
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._socket.on("event", self._take, namespace=EVENTS)
        self._socket.on("new_token", self._rename, namespace=EVENTS)
        self._socket.on("disconnect", self._end, namespace=EVENTS)

    @property
    def sent(self) -> str:
        """Everything that the tab was ever sent, as text."""
        return json.dumps(self.frames)

    @property
    def is_open(self) -> bool:
        return self._socket.connected

    async def open(self, origin: str | None = "", **headers: str) -> "Tab":
        """Connect as the front end does: the first event comes along.

        Raises:
            socketio.exceptions.ConnectionError: When the server refuses.
        """
        if origin is not None:
            headers["Origin"] = origin or self.origin
        if self.cookie:
            headers.setdefault("Cookie", f"theme=dark; {sessions.COOKIE}={self.cookie}")
        boot = {"name": HYDRATE, "payload": {}, "router_data": self._router_data()}
        try:
            await self._connect(headers, boot)
        except BaseException:
            await self._http.close()
            raise
        return self

    async def _connect(self, headers: dict[str, str], boot: dict[str, Any]) -> None:
        await self._socket.connect(
            f"{self.origin}?token={self.token}",
            headers={"User-Agent": "a browser", **headers},
            auth={"event": boot},
            transports=["websocket"],
            namespaces=[EVENTS],
            socketio_path=EVENTS,
            wait_timeout=PATIENCE_S,
        )

    async def close(self) -> None:
        await self._socket.disconnect()
        await self._http.close()

    async def vanish(self) -> None:
        """Be gone without a word, like a laptop that is closed."""
        connection: aiohttp.ClientWebSocketResponse = self._socket.eio.ws
        transport = connection.get_extra_info("socket")
        transport.shutdown(2)

    async def send(self, name: str, payload: Any = None, **more: Any) -> None:
        """Send an event as the front end would, or as it never would."""
        event = {"name": name, "payload": payload or {}, "router_data": self._router_data()}
        await self.emit({**event, **more})

    async def emit(self, event: Any, name: str = "event") -> None:
        await self._socket.emit(name, event, namespace=EVENTS)

    async def go(self, path: str) -> None:
        """Show another page, without loading it anew."""
        self.path = path
        on_load = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
        await self.send(on_load)

    async def until(self, is_true: Callable[[], Any], seconds: float = PATIENCE_S) -> None:
        """Wait until what was sent makes something true."""
        async with asyncio.timeout(seconds):
            while not is_true():
                self._news.clear()
                await self._news.wait()

    async def until_loaded(self) -> None:
        await self.until(lambda: self.of(ROOT, "is_hydrated"))

    async def settle(self) -> None:
        """Wait until everything sent so far has been answered."""
        before = self.loads
        await self.go(self.path)
        await self.until(lambda: self.loads > before)

    def of(self, state: str, name: str) -> Any:
        """Return a var as the page would show it."""
        return self.state.get(state, {}).get(name)

    def _router_data(self) -> dict[str, Any]:
        return {"pathname": self.path, "asPath": self.path}

    async def _rename(self, token: str) -> None:
        self.token = token

    async def _end(self, *_reason: str) -> None:
        self._news.set()

    async def _take(self, update: dict[str, Any]) -> None:
        self.frames.append(update)
        self.frames_at.append(time.monotonic())
        for state, values in (update.get("delta") or {}).items():
            known = self.state.setdefault(state, {})
            known.update({name.removesuffix(MARK): value for name, value in values.items()})
            self.loads += values.get(f"is_hydrated{MARK}") is True
        for event in update.get("events") or []:
            told = json.dumps(event)
            (self.toasts if "toast" in told else self.scripts).append(told)
        self._news.set()


@asynccontextmanager
async def tab(
    product: Product,
    cookie: str | None = None,
    path: str = "/dashboard",
    *,
    token: str | None = None,
) -> AsyncIterator[Tab]:
    """Open a tab, and close it at the end."""
    opened = Tab(product.origin, cookie, path, token)
    try:
        await opened.open()
        await opened.until_loaded()
        yield opened
    finally:
        await opened.close()
