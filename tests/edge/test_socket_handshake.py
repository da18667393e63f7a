"""What Reflex is told of a browser."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.types import Receive, Scope, Send

from hcai_app.edge.socket_handshake import SocketHandshake
from hcai_app.services.people import sessions

SECRET_KEY = "a secret of the tests, long enough for it"
HEADERS = [
    (b"host", b"hcai.example"),
    (b"origin", b"https://hcai.example"),
    (b"upgrade", b"websocket"),
    (b"connection", b"Upgrade"),
    (b"sec-websocket-key", b"eA=="),
    (b"sec-websocket-version", b"13"),
    (b"sec-websocket-protocol", b"0.10.1"),
    (b"cookie", b"theme=dark; hcai_session=the-secret; other=1"),
    (b"user-agent", b"Mozilla/5.0"),
    (b"accept-language", b"cy"),
    (b"authorization", b"Bearer sk-hc-v1-0"),
    (b"x-forwarded-for", b"203.0.113.9"),
    (b"forwarded", b"for=203.0.113.9"),
    (b"x-real-ip", b"203.0.113.9"),
    (b"referer", b"https://hcai.example/keys"),
]


async def pass_through(*, in_production: bool = False, **changed: Any) -> Scope:
    """What Reflex sees of a handshake."""
    seen: list[Scope] = []

    async def reflex(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    scope = {
        "type": "websocket",
        "path": "/_event",
        "headers": HEADERS,
        "client": ("203.0.113.9", 4711),
        "query_string": b"token=tab&EIO=4&transport=websocket",
        **changed,
    }
    before = repr(scope)
    await SocketHandshake(reflex, secret_key=SECRET_KEY, is_production=in_production)(
        scope, None, None
    )  # type: ignore[arg-type]
    assert repr(scope) == before, "the server still logs by its own scope"
    return seen[0]


async def token_of(cookie: str, query: bytes = b"token=tab") -> str:
    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = await pass_through(headers=headers, query_string=query)
    (token,) = parse_qs(scope["query_string"].decode())["token"]
    return token


async def test_reflex_sees_the_sessions_id_and_no_cookie() -> None:
    cookies = [
        value for name, value in (await pass_through())["headers"] if name.startswith(b"cookie")
    ]
    session_id = sessions.id_of("the-secret", SECRET_KEY)
    assert cookies == [f"hcai_session={session_id}".encode()]


async def test_only_what_opens_a_socket_goes_further() -> None:
    scope = await pass_through()
    assert {name.decode() for name, _ in scope["headers"]} == {
        "host",
        "origin",
        "upgrade",
        "connection",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-protocol",
        "cookie",
    }
    assert "203.0.113.9" not in repr(scope)


async def test_polling_is_cut_down_too() -> None:
    scope = await pass_through(type="http", path="/_event/", method="POST")
    assert b"the-secret" not in dict(scope["headers"])[b"cookie"]
    assert "203.0.113.9" not in repr(scope)


async def test_other_calls_are_left_as_they_are() -> None:
    scope = await pass_through(type="http", path="/dashboard")
    assert scope["headers"] is HEADERS


async def test_a_tabs_token_belongs_to_one_session() -> None:
    first = await token_of("hcai_session=first")
    assert first == await token_of("theme=dark; hcai_session=first")
    tokens = {first, await token_of("hcai_session=second"), await token_of(""), "tab"}
    assert len(tokens) == 4


async def test_there_is_one_token_however_often_it_is_sent() -> None:
    many = await token_of("hcai_session=first", b"token=tab&token=another&EIO=4")
    assert many == await token_of("hcai_session=first")


async def test_tabs_without_a_token_share_nothing() -> None:
    assert await token_of("", b"EIO=4") != await token_of("", b"token=&EIO=4")


async def test_a_session_id_is_no_cookie() -> None:
    session_id = sessions.id_of("the-secret", SECRET_KEY)
    headers = [(b"cookie", f"hcai_session={session_id}".encode())]
    scope = await pass_through(headers=headers)
    assert session_id.encode() not in dict(scope["headers"])[b"cookie"]


@pytest.mark.attack
async def test_of_two_cookies_of_a_session_none_is_told() -> None:
    for two in ([b"hcai_session=a; hcai_session=b"], [b"hcai_session=a", b"hcai_session=b"]):
        scope = await pass_through(headers=[(b"cookie", value) for value in two])
        assert not scope["headers"]
    control = [(b"cookie", b"theme=dark"), (b"cookie", b"hcai_session=a")]
    assert len((await pass_through(headers=control))["headers"]) == 1


async def test_in_production_only_the_cookie_of_this_host_counts() -> None:
    headers = [(b"cookie", b"hcai_session=eve; __Host-hcai_session=the-secret")]
    session_id = sessions.id_of("the-secret", SECRET_KEY)
    scope = await pass_through(in_production=True, headers=headers)
    assert scope["headers"] == [(b"cookie", f"hcai_session={session_id}".encode())]
    assert not (await pass_through(in_production=True, headers=headers[:0]))["headers"]
