"""TLS to a server whom an authority of this machine vouches for, and to nobody else."""

import asyncio
import ssl
from pathlib import Path

import pytest

from hcai_app.upstream.http_client import tls
from hcai_app.upstream.http_client.errors import BrokenOffError, CannotConnectError
from hcai_app.upstream.http_client.pool import ConnectionPool, Server
from tests.upstream.http_client.authority import Authority
from tests.upstream.http_client.scripted_server import Say, answer, scripted_server
from tests.upstream.http_client.test_answers import ask

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that this machine trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.root))
    return made


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_calls_go_over_verified_tls_and_sessions_are_resumed(
    runner: asyncio.Runner, authority: Authority, version: ssl.TLSVersion
) -> None:
    context = authority.server("localhost")
    context.maximum_version = version

    async def check() -> None:
        async with scripted_server(context, host="localhost") as server:
            ours = tls.client_context()
            pool = ConnectionPool(Server("localhost", server.port, ours))
            assert await ask(pool) == (200, b"fine", None)
            (first,) = pool._open
            assert not first.tls.session_reused  # type: ignore[union-attr]
            assert first.tls.version() == f"TLSv{version.name[4:].replace('_', '.')}"  # type: ignore[union-attr]
            server.script.append(Say([answer(b"x" * 1_000_000)]))
            told = await asyncio.gather(ask(pool), ask(pool), ask(pool))
            assert sorted(len(body) for _, body, _ in told) == [4, 4, 1_000_000]
            assert server.connections == 3
            assert all(one.tls.session_reused for one in pool._open if one is not first)  # type: ignore[union-attr]
            pool.close()

    runner.run(check())


@pytest.mark.parametrize("case", ["another host", "an unknown authority"])
def test_a_server_that_nobody_vouches_for_gets_no_request(
    runner: asyncio.Runner, authority: Authority, tmp_path: Path, case: str
) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    context = {
        "another host": lambda: authority.server("elsewhere.example"),
        "an unknown authority": lambda: Authority(stranger).server("localhost"),
    }[case]()

    async def check() -> None:
        async with scripted_server(context, host="localhost") as server:
            pool = ConnectionPool(Server("localhost", server.port, tls.client_context()))
            status, _body, error = await asyncio.wait_for(ask(pool), 20)
            assert status == 0
            assert isinstance(error, CannotConnectError)
            assert server.bodies == []
            pool.close()

    runner.run(check())


@pytest.mark.parametrize("cut", [40, 5000])
def test_an_answer_over_tls_that_breaks_off_is_an_error(
    runner: asyncio.Runner, authority: Authority, cut: int
) -> None:
    context = authority.server("localhost")

    async def check() -> None:
        async with scripted_server(context, host="localhost") as server:
            server.script.append(Say([answer(b"x" * 10_000)[:cut]], "reset"))
            pool = ConnectionPool(Server("localhost", server.port, tls.client_context()))
            _status, body, error = await asyncio.wait_for(ask(pool), 20)
            assert isinstance(error, BrokenOffError)
            assert body != b"x" * 10_000
            assert await ask(pool) == (200, b"fine", None)
            pool.close()

    runner.run(check())
