"""Whatever stands in a setting: it can be used, or one line names it. Never a traceback."""

import contextlib
import io
import os
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hcai_app import settings
from hcai_app.cli import main as command_line
from hcai_app.db.engine import Database
from hcai_app.services.limits.rate import RateLimit
from hcai_app.services.redis_client import RedisClient
from hcai_app.settings import KNOWN, Settings, SettingsError, read_settings

SECRET = "a secret that is long enough for it"
COMMANDS = ("migrate", "doctor", "users show U1", "usage export --format csv")
# Parts that mean something to one setting or another.
PARTS = st.sampled_from(
    [
        *("https://", "http://", "ftp://", "//", "postgresql://", "postgres://", "sqlite:///"),
        *(
            "redis://",
            "rediss://",
            "unix://",
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[",
            ":1",
            ":99999",
        ),
        *(
            ":",
            "@",
            "/",
            "/0",
            "?",
            "#",
            "&",
            "%",
            "%40",
            "%00",
            "%zz",
            "=",
            ",",
            ";",
            "*",
            " ",
            "''",
        ),
        *(
            "sslmode",
            "=require",
            "=verify-full",
            "channel_binding",
            "connect_timeout",
            "ssl_cert_reqs",
        ),
        *("options", "host=", "db=", "0", "1", "-1", "1e9", "NaN", "Infinity", "١", "true", "null"),
        *(
            "30 minutes",
            "/minute",
            "production",
            "x.db",
            ":memory:",
            "…",
            "\n",
            "\t",
            "\x7f",
            "\ufeff",
        ),
        *('"', "'", "YOUR_KEY", "\udce4", "sk-or-v1-ab", "ä", "\u202e", "null", "None", "{}", "[]"),
    ]
)
VALUES = st.one_of(
    st.lists(PARTS, min_size=1, max_size=7).map("".join),
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["x" * 100_000, "9" * 100_000, "[" * 5_000, "a," * 10_000, "\u0000"]),
)
QUICK = hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("name", KNOWN)
@QUICK
@given(value=VALUES)
async def test_a_value_can_be_used_or_one_line_names_it(
    folder: Path, name: str, value: str
) -> None:
    try:
        read = read_settings({"HCAI_SECRET_KEY": SECRET, name: value})
    except SettingsError as error:
        if (name, value.strip()) == ("HCAI_ENV", "production"):
            return  # a right value, which asks for others
        lines = [line for line in error.problems if line.startswith(name)]
        assert len(lines) == 1
        assert all(line.isprintable() and len(line) < 400 for line in error.problems)
    else:
        await use(read)


async def use(read: Settings) -> None:
    """Do with every setting what it is for, without asking anybody."""
    database = Database(read.database_url)
    await database.close()
    settings.journal_folder(read)
    if read.redis_url:
        client = RedisClient(read.redis_url)
        assert client.client.connection_pool.make_connection()
        await client.close()
    for limit in (read.chat_rate_limit, read.moderation_rate_limit):
        await RateLimit("x", limit, None).hit("usr_1")
    for key in (read.openrouter_api_key, read.hackclub_client_secret, read.metrics_token):
        assert key is None or f"Bearer {key.get_secret_value()}".encode("ascii").split()[1:]
    assert int(read.stop_seconds) + int(read.daily_budget_usd * 10**9) >= 0
    assert read.origin.isascii()
    assert read.secret_key.get_secret_value()


@QUICK
@given(
    content=st.binary(max_size=200)
    | st.text().map(str.encode)
    | st.text().map(lambda text: text.encode("utf-16"))
)
def test_whatever_is_in_dotenv_is_read_or_one_line_names_it(folder: Path, content: bytes) -> None:
    Path(".env").write_bytes(content)
    settings.load_settings.cache_clear()
    try:
        settings.load_settings()
    except SettingsError as error:
        assert all(line.isprintable() for line in error.problems)


@pytest.mark.parametrize("command", COMMANDS)
@hypothesis_settings(QUICK, max_examples=20)
@given(
    name=st.sampled_from([name for name in KNOWN if "BASE" not in name and "ISSUER" not in name]),
    value=VALUES,
)
def test_no_command_ends_with_a_traceback(
    folder: Path, command: str, name: str, value: str
) -> None:
    usable = (
        value.replace("\0", "").encode(errors="surrogateescape").decode(errors="surrogateescape")
    )
    told = run(command, {name: usable[:100_000]})
    if told.startswith("error: ") and "no such user" not in told.lower():
        assert name in told or "database" in told or "U1" in told


def run(command: str, variables: dict[str, str]) -> str:
    """Run a command in this process; return what it says."""
    settings.load_settings.cache_clear()
    output, errors = io.StringIO(), io.StringIO()
    kept = {"HCAI_SECRET_KEY": SECRET, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    with (
        mock.patch.dict(os.environ, {**kept, **variables}, clear=True),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        code = command_line.main(command.split())
    failed = errors.getvalue() or ("FAIL" in output.getvalue() and output.getvalue()) or ""
    assert bool(code) == bool(failed)
    return failed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder to be in, with nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HCAI_SECRET_KEY", SECRET)
    yield tmp_path
    settings.load_settings.cache_clear()
