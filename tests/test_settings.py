"""The settings: every problem at once, each with what to write."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from hcai_app.settings import MIN_SECRET_BYTES, SettingsError, read_settings
from tests.harness.processes import clean_environment

SECRET = "a secret that is long enough for it"
PRODUCTION = {
    "HCAI_ENV": "production",
    "HCAI_BASE_URL": "https://ai.example.org/",
    "HCAI_SECRET_KEY": SECRET,
    "OPENROUTER_API_KEY": "sk-or-v1-x",
    "HACKCLUB_CLIENT_ID": "id",
    "HACKCLUB_CLIENT_SECRET": "client-secret",
}


def problems(**variables: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HCAI_SECRET_KEY": SECRET, **variables})
    return caught.value.problems


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("HCAI_DAILY_BUGDET_USD", "HCAI_DAILY_BUDGET_USD"),
        ("HCAI_MAX_BODY", "HCAI_MAX_BODY_MB"),
        ("HCAI_SECRET", "HCAI_SECRET_KEY"),
        ("HCAI_CORS_ORIGIN", "HCAI_CORS_ORIGINS"),
    ],
)
def test_an_unknown_name_is_told_its_nearest(wrong: str, right: str) -> None:
    (problem,) = problems(**{wrong: "1"})
    assert problem.startswith(f"{wrong} is not a setting")
    assert problem.endswith(right)


def test_names_that_are_not_ours_are_left_alone() -> None:
    assert read_settings({"HCAI_SECRET_KEY": SECRET, "HCAIX": "1", "OPENROUTER_X": "1"})


def test_production_lists_everything_that_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"HCAI_ENV": "production"})
    missing = [problem.split(" ")[0] for problem in caught.value.problems]
    assert missing == [name for name in PRODUCTION if name != "HCAI_ENV"]
    assert all(": write" in problem for problem in caught.value.problems)


def test_production_with_everything_starts_strict() -> None:
    given = read_settings(PRODUCTION)
    assert given.require_verified
    assert not given.is_simulated
    assert given.origin == "https://ai.example.org"
    assert not read_settings({**PRODUCTION, "HCAI_REQUIRE_VERIFIED": "false"}).require_verified


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HCAI_ENV", "prod"),
        ("HCAI_BASE_URL", "ai.example.org"),
        ("HCAI_BASE_URL", "https://ai.example.org/path"),
        ("HCAI_SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "localhost:6379"),
        ("OPENROUTER_BASE_URL", "openrouter.ai"),
        ("HCAI_REQUIRE_VERIFIED", "perhaps"),
        ("HCAI_CHAT_RATE_LIMIT", "often"),
        ("HCAI_MODERATION_RATE_LIMIT", "300"),
        ("HCAI_DAILY_BUDGET_USD", "-1"),
        ("HCAI_DAILY_BUDGET_USD", "NaN"),
        ("HCAI_DAILY_BUDGET_USD", "four"),
        ("HCAI_MAX_KEYS", "0"),
        ("HCAI_MAX_BODY_MB", "1.5"),
        ("HCAI_MAX_IN_FLIGHT", "0"),
        ("HCAI_STOP_SECONDS", "-1"),
        ("HCAI_HEARTBEAT_SECONDS", "0"),
        ("HCAI_UPSTREAM_TIMEOUT_SECONDS", "0"),
        ("HCAI_TRUSTED_PROXY_HOPS", "-1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(name)


def test_everything_is_told_at_once() -> None:
    found = problems(
        HCAI_ENV="production", HCAI_MAX_KEY="1", HCAI_MAX_KEYS="x", HCAI_SECRET_KEY="short"
    )
    text = "\n".join(found)
    for name in ("HCAI_MAX_KEY ", "HCAI_MAX_KEYS", "HCAI_SECRET_KEY", "OPENROUTER_API_KEY"):
        assert name in text


def test_defaults_are_those_that_are_promised() -> None:
    given = read_settings({"HCAI_SECRET_KEY": SECRET, "HCAI_MAX_KEYS": " "})
    assert (given.env, given.base_url) == ("development", "http://localhost:3000")
    assert given.database_url == "sqlite:///hcai.db"
    assert (given.chat_rate_limit.amount, given.chat_rate_limit.get_expiry()) == (150, 1800)
    assert (given.moderation_rate_limit.amount, given.daily_budget_usd) == (300, Decimal(4))
    assert (given.max_keys, given.max_body_mb, given.max_in_flight) == (50, 64, 64)
    assert (given.stop_seconds, given.retention_days, given.heartbeat_seconds) == (30, 400, 3)
    assert (given.upstream_timeout_seconds, given.cors_origins) == (600, ["*"])
    assert given.is_simulated
    assert not given.require_verified


def test_secrets_do_not_show() -> None:
    shown = repr(read_settings({**PRODUCTION, "DATABASE_URL": "postgresql://u:hidden@h/d"}))
    for secret in (SECRET, "sk-or-v1-x", "client-secret", "hidden"):
        assert secret not in shown


def test_lists_are_split_at_commas() -> None:
    given = read_settings({"HCAI_SECRET_KEY": SECRET, "HCAI_LANGUAGE_MODELS": " a/b ,, c/d,"})
    assert given.language_models == ["a/b", "c/d"]


def test_a_command_tells_every_problem_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HCAI_MAX_KEYS=none\n")
    env = {**clean_environment(), "HCAI_ENV": "production", "HCAI_SECRT_KEY": SECRET}
    done = subprocess.run(
        [sys.executable, "-m", "hcai_app", "migrate"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    for name in ("HCAI_SECRT_KEY", "HCAI_SECRET_KEY", "HCAI_MAX_KEYS", "HACKCLUB_CLIENT_ID"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "hcai.db").exists()


def test_development_makes_its_secret_once_for_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (read_settings({}).secret_key.get_secret_value() for _ in range(2))
    assert first == second == (tmp_path / ".hcai-secret").read_text()
    assert len(first.encode()) >= MIN_SECRET_BYTES
    assert (tmp_path / ".hcai-secret").stat().st_mode & 0o777 == 0o600
