"""A browser's tab: the states of its pages, and whose session its handshake carried."""

from dataclasses import dataclass
from typing import Any, TypeVar

import reflex as rx
from reflex.istate.data import RouterData
from reflex.utils.format import json_dumps

from hcai_app.services.people import sessions, users
from hcai_app.worker.context import Worker
from tests.ui.state.conftest import SECRET

S = TypeVar("S", bound=rx.State)


@dataclass
class Tab:
    """What a signed-in visitor has open; `cookie` is their browser's secret."""

    user_id: str
    cookie: str
    root: rx.State

    async def open(self, kind: type[S]) -> S:
        return await self.root.get_state(kind)

    def told(self) -> str:
        """Everything that was sent to the browser since it was last asked, as text."""
        return json_dumps(self.root.get_delta())


async def sign_in(serving: Worker, slack_id: str = "U1", name: str = "Ada") -> Tab:
    """Make a user, and open a tab of theirs."""
    user_id = await users.create(serving.database, slack_id=slack_id, name=name)
    return await open_tab(serving, user_id)


async def open_tab(serving: Worker, user_id: str) -> Tab:
    cookie = await sessions.create(serving.database, user_id, secret_key=SECRET)
    session_id = sessions.id_of(cookie, SECRET)
    return Tab(user_id, cookie, root_of(f"{sessions.COOKIE}={session_id}"))


def root_of(cookies: str, *, path: str = "/", name: str = "t") -> rx.State:
    """Return a tab's root state after a handshake with these cookies."""
    root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    given: dict[str, Any] = {
        "headers": {"cookie": cookies, "origin": "http://localhost"},
        "token": name,
        "pathname": path,
        "asPath": path,
    }
    root.router = RouterData.from_router_data(given)
    return root
