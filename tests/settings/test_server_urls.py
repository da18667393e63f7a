"""DATABASE_URL and REDIS_URL: what a host hands out works, or is refused by name."""

import ssl
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from hcai_app.settings import SettingsError, database_url, read_settings

SECRET = "a secret that is long enough for it"
PLACE = "postgresql://ada:pw@db.example/hcai"


def problem(name: str, value: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HCAI_SECRET_KEY": SECRET, name: value})
    (line,) = caught.value.problems
    assert line.startswith(f"{name} is wrong: ")
    assert "pw" not in line.removeprefix(name)
    return line


def options(query: str) -> dict:
    read_settings({"HCAI_SECRET_KEY": SECRET, "DATABASE_URL": f"{PLACE}?{query}"})
    return database_url.driver_options(dict(parse_qs(query)))


def dsn(query: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(options(query)["dsn"]).query)


@pytest.mark.parametrize("mode", database_url.SSL_MODES[:4])
def test_tls_is_asked_for_as_libpq_does(mode: str) -> None:
    assert dsn(f"sslmode={mode}") == {"sslmode": [mode]}
    assert dsn(f"ssl={mode}") == {"sslmode": [mode]}


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_certificate_is_verified_by_a_file(mode: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    root = tmp_path / "ca-root.pem"
    root.write_text("x")
    assert dsn(f"sslmode={mode}&sslrootcert={root}")["sslrootcert"] == [str(root)]
    assert "sslrootcert=FILE" in problem("DATABASE_URL", f"{PLACE}?sslmode={mode}")
    missing = problem("DATABASE_URL", f"{PLACE}?sslmode={mode}&sslrootcert=/no/such.pem")
    assert "/no/such.pem" in missing
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").write_text("x")
    assert dsn(f"sslmode={mode}") == {"sslmode": [mode]}


def test_the_system_s_certificates_are_those_of_public_authorities() -> None:
    found = dsn("sslmode=verify-full&sslrootcert=system")["sslrootcert"][0]
    ssl.create_default_context(cafile=found)
    assert "verify-full" in problem("DATABASE_URL", f"{PLACE}?sslmode=require&sslrootcert=system")


def test_what_the_server_is_told() -> None:
    made = options("application_name=hcai&options=-c%20geqo%3Doff&keepalives=1&keepalives_idle=30")
    assert made["server_settings"] == {
        "application_name": "hcai",
        "options": "-c geqo=off",
        "tcp_keepalives_idle": "30",
    }
    assert options("connect_timeout=7") == {"timeout": 7.0}
    assert options("connect_timeout=0") == {}
    assert dsn("target_session_attrs=read-write") == {"target_session_attrs": ["read-write"]}


@pytest.mark.parametrize("query", ["channel_binding=prefer", "gssencmode=disable", "sslsni=1"])
def test_what_happens_anyway_is_taken(query: str) -> None:
    assert options(query) == {}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sslmode=always", "verify-full"),
        ("ssl=perhaps", "sslmode"),
        ("channel_binding=require", "channel_binding=prefer"),
        ("gssencmode=require", "gssencmode"),
        ("connect_timeout=soon", "connect_timeout"),
        ("connect_timeout=3600", "connect_timeout"),
        ("slmode=require", "write sslmode"),
        ("pgbouncer=true", "pgbouncer"),
        ("schema=public", "schema"),
        ("a%0Ab=1", "character"),
        ("hostaddr=10.0.0.1", "hostaddr"),
        ("sslcert=/no/such", "sslcert"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(query: str, says: str) -> None:
    assert says in problem("DATABASE_URL", f"{PLACE}?{query}")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://x", "postgresql://"),
        ("postgresql://u:p@h", "names no database"),
        ("postgres://u@h:5432/", "names no database"),
        ("postgresql://h?sslmode=disable", "names no database"),
        ("postgresql+psycopg2://u@h/d", "postgresql://"),
        ("sqlite+aiosqlite:///x.db", "sqlite:///"),
        ("sqlite:///", "sqlite:///file.db"),
        ("sqlite:///:memory:", "nothing lasts"),
        ("sqlite:///x.db?mode=ro", "no options"),
        ("sqlite:///x\x00.db", "sqlite:///"),
        ("postgresql://u:p@w@h/d", "%40"),
        ("postgresql://u:p/w@h/d", "%2F"),
        ("postgresql://u:p#w@h/d", "%23"),
        ("postgresql://u:p?w@h/d", "%3F"),
        ("postgresql://u:p[w@h/d", "%5B"),
        ("postgresql://u:pw@h:99999/d", "port"),
        ("postgresql://u:pw@h:port/d", "port"),
        ("postgresql://u:pw@h:/d", "port"),
        ("postgresql://u:p w@h/d", "character"),
        ("postgresql://u:%00pw@h/d", "character"),
    ],
)
def test_an_address_that_cannot_be_meant_says_what_to_write(url: str, says: str) -> None:
    assert says in problem("DATABASE_URL", url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///my data/ä.db",
        "sqlite:////var/lib/x.db",
        "postgres://h/d",
        "postgresql+asyncpg://u:p%40w@h:5432/d",
        "postgresql:///d?host=/var/run/postgresql",
        "postgresql://u:pässwörd@[::1]:5432/d",
        "postgresql://h/d?ssl=require",
    ],
)
def test_addresses_that_are_right(url: str) -> None:
    assert read_settings({"HCAI_SECRET_KEY": SECRET, "DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:6379", "redis://"),
        ("redis://h/notanumber", "number of a database"),
        ("redis://h/0/1", "number of a database"),
        ("redis://h?db=x", "number of a database"),
        ("redis://h?ssl_cert_reqs=none", "rediss://"),
        ("rediss://h?ssl_cert_reqs=never", "required"),
        ("rediss://h?ssl_ca_certs=/no/such", "/no/such"),
        ("redis://h?max_connection=3", "write max_connections"),
        ("redis://h?decode_responses=true", "decode_responses"),
        ("redis://h?protocol=4", "2 or 3"),
        ("redis://h?socket_timeout=-1", "socket_timeout"),
        ("unix:///tmp/r.sock?socket_keepalive=true", "socket_keepalive"),
        ("redis://:p@w@h/0", "%40"),
        ("redis://:p/w@h/0", "%2F"),
        ("redis://h:x/0", "port"),
    ],
)
def test_an_option_that_redis_does_not_know_is_refused(url: str, says: str) -> None:
    assert says in problem("REDIS_URL", url)


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://u:p%2Fw@h:6380/3?protocol=3&client_name=hcai",
        "rediss://h?ssl_cert_reqs=none&socket_keepalive=yes",
        "redis:///2?db=0&health_check_interval=30&socket_timeout=0.5&max_connections=200",
        "unix:///tmp/r@1.sock?db=2",
    ],
)
async def test_an_address_of_redis_that_is_right_can_be_used(url: str) -> None:
    from redis.asyncio import ConnectionPool  # noqa: PLC0415

    assert read_settings({"HCAI_SECRET_KEY": SECRET, "REDIS_URL": url}).redis_url == url
    assert ConnectionPool.from_url(url).make_connection()
