"""Every setting is checked for what it will be used for, and told what to write instead."""

import re

import pytest

from hcai_app.settings import KNOWN, Settings, SettingsError, read_settings

SECRET = "a secret that is long enough for it"
HEADER_VALUES = (
    *("OPENROUTER_API_KEY", "OPENAI_API_KEY", "HACKCLUB_CLIENT_ID", "HACKCLUB_CLIENT_SECRET"),
    *("HCAI_METRICS_TOKEN", "HCAI_REVOKER_SECRET"),
)
OAUTH = {"HACKCLUB_CLIENT_ID": "c1ie0t", "HACKCLUB_CLIENT_SECRET": "5ec2e7"}
ADDRESSES = ("HCAI_BASE_URL", "OPENROUTER_BASE_URL", "OPENAI_BASE_URL", "HACKCLUB_ISSUER")


def read(**variables: str) -> Settings:
    return read_settings({"HCAI_SECRET_KEY": SECRET, **variables})


def problem(**variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**variables)
    (line,) = caught.value.problems
    assert line.startswith(next(iter(variables)))
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", HEADER_VALUES)
@pytest.mark.parametrize(
    ("value", "shown"),
    [("sk-or-v1-…", "…"), ("sk or", "' '"), ("sk\x00x", "\\x00"), ("sk\r\nX-A: b", "\\r")],
)
def test_what_is_sent_in_a_header_is_printable_ascii(name: str, value: str, shown: str) -> None:
    assert shown in problem(**{name: value})
    assert read(**{**OAUTH, name: "sk-or-v1-0123abcdef~!"})


@pytest.mark.parametrize("name", [*HEADER_VALUES, "HCAI_SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_a_placeholder_is_not_taken_for_a_value(name: str) -> None:
    values = {
        "HCAI_SECRET_KEY": "YOUR_SECRET, made by openssl rand -hex 32",
        "DATABASE_URL": "postgresql://hcai:YOUR_PASSWORD@127.0.0.1/hcai",
        "REDIS_URL": "redis://:YOUR_PASSWORD@127.0.0.1",
    }
    assert "placeholder" in problem(**{name: values.get(name, "sk-or-v1-YOUR_KEY")})


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "value",
    [
        *("ai.example.org", "ftp://ai.example.org", "https://", "https:///x", "https://a b.org"),
        *("https://a.org:99999", "https://a.org:0", "https://a.org:http", "https://[::1"),
        *("https://exämple.org", "https://a.org?x=1", "https://a.org/#x", "https://a.org\x00"),
        *("//a.org", "https:a.org", "https://a.org\\x", "https://a.org,https://b.org"),
    ],
)
def test_an_address_has_scheme_and_host(name: str, value: str) -> None:
    line = problem(**{name: value})
    assert "https://" in line or "write" in line
    assert "^" not in line, "no regular expression is shown"


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1"),
        ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
        ("HACKCLUB_ISSUER", "https://auth.hackclub.com"),
        ("GITHUB_API_URL", "https://api.github.com"),
    ],
)
def test_a_wrong_address_is_told_what_its_own_looks_like(name: str, like: str) -> None:
    assert problem(**{name: "elsewhere"}).endswith(f"write it like {like}")


@pytest.mark.parametrize("one", ["ID", "SECRET"])
def test_half_of_an_oauth_client_is_told_to_be_half(one: str) -> None:
    other = {"ID": "SECRET", "SECRET": "ID"}[one]
    line = problem(**{f"HACKCLUB_CLIENT_{one}": "c1ie0t"})
    assert line.startswith(f"HACKCLUB_CLIENT_{one} needs HACKCLUB_CLIENT_{other}: write both")


@pytest.mark.parametrize("path", ["/ai", "/proxy/v1", "/?x", "/#x"])
def test_the_origin_has_no_path_and_an_api_may(path: str) -> None:
    assert "alone" in problem(HCAI_BASE_URL=f"https://x.example{path}")
    assert "alone" in problem(HCAI_BASE_URL="https://ada@x.example")
    assert read(OPENROUTER_BASE_URL="https://x.example/ai").openrouter_base_url


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://AI.example.org/", "https://ai.example.org"),
        ("https://ai.example.org:443", "https://ai.example.org"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://my_host:80/", "http://my_host"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, sent: str) -> None:
    assert read(HCAI_BASE_URL=written).origin == sent
    assert read(HCAI_CORS_ORIGINS=f"{written}, null").cors_origins == [sent, "null"]


def test_origins_of_other_kinds_may_call() -> None:
    kept = read(HCAI_CORS_ORIGINS="*,capacitor://localhost").cors_origins
    assert kept == ["*", "capacitor://localhost"]
    assert "alone" in problem(HCAI_CORS_ORIGINS="https://a.example/page")
    assert "https://" in problem(HCAI_CORS_ORIGINS="a.example")


@pytest.mark.parametrize("name", ["HCAI_LANGUAGE_MODELS", "HCAI_IMAGE_MODELS", "HCAI_ADMINS"])
@pytest.mark.parametrize("value", ["a/b c/d", "a/b;\tc", "['a/b']", '"a/b","c/d"x', "ä/b"])
def test_a_list_holds_ids(name: str, value: str) -> None:
    assert "comma" in problem(**{name: value})


NUMBERS = {
    "HCAI_DAILY_BUDGET_USD": ("0", "1000000"),
    "HCAI_MAX_KEYS": ("1", "100000"),
    "HCAI_MAX_BODY_MB": ("1", "256"),
    "HCAI_MAX_IN_FLIGHT": ("1", "100000"),
    "HCAI_STOP_SECONDS": ("0", "86400"),
    "HCAI_RETENTION_DAYS": ("2", "36500"),
    "HCAI_HEARTBEAT_SECONDS": ("0.01", "3600"),
    "HCAI_UPSTREAM_TIMEOUT_SECONDS": ("0.01", "86400"),
    "HCAI_TRUSTED_PROXY_HOPS": ("0", "32"),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value", ["x", "-1", "nan", "inf", "-inf", "1e99", "9" * 5_000, "1,5", "²"]
)
def test_a_number_is_in_its_range_and_the_range_is_told(name: str, value: str) -> None:
    low, high = NUMBERS[name]
    line = problem(**{name: value})
    assert f"from {low} to {int(high):,}" in line
    assert len(line) < 120
    for bound in (low, high):
        assert read(**{name: bound})


@pytest.mark.parametrize(
    "value", ["0/minute", "5/minute; 3/second", "9" * 30 + "/day", "1/9999 years"]
)
def test_a_rate_is_one_rate(value: str) -> None:
    assert "150/30 minutes" in problem(HCAI_CHAT_RATE_LIMIT=value)


@pytest.mark.parametrize(
    "value", ["https://o1.ingest.sentry.io/1", "https://key@host/x", "x", "key"]
)
def test_a_sentry_dsn_has_key_and_project(value: str) -> None:
    assert "https://PUBLIC_KEY@" in problem(SENTRY_DSN=value)
    assert read(SENTRY_DSN="https://abc@o1.ingest.sentry.io/42").sentry_dsn


@pytest.mark.parametrize("name", sorted(set(KNOWN) - {"HCAI_SECRET_KEY"}))
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_that_docker_leaves_are_named_and_spaces_are_not_counted(
    name: str, quote: str
) -> None:
    assert "quotes" in problem(**{name: f"{quote}x{quote}"})
    if name in NUMBERS:
        assert read(**{name: f"  {NUMBERS[name][1]}\n"})


def test_every_byte_of_the_secret_counts() -> None:
    for secret in (f" {SECRET} ", f'"{SECRET}"', "ä" * 16, "\udce4" * 32):
        assert read(HCAI_SECRET_KEY=secret).secret_key.get_secret_value() == secret


def test_a_value_that_is_not_utf8_is_told() -> None:
    assert "UTF-8" in problem(OPENROUTER_API_KEY="sk\udce4")


def test_no_message_shows_a_secret_or_a_regular_expression() -> None:
    for name in KNOWN:
        if name != "HCAI_SECRET_KEY":
            line = problem(**{name: "hidden\x01value"})
            assert "hidden" not in line
            assert not re.search(r"[\\^$]\S*\+", line)
