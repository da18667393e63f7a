import pytest

from hcai_app import settings
from hcai_app.settings import SettingsError

SECRET = {"HCAI_SECRET_KEY": "a secret of the tests, long enough for it"}


def read(**variables: str) -> settings.Settings:
    return settings.read({**SECRET, **variables})


def test_production_names_everything_that_is_missing_or_wrong_at_once():
    given = {"HCAI_ENV": "production", "HCAI_MAX_KEYS": "many", "HCAI_SECRET_KEY": "short"}
    with pytest.raises(SettingsError) as raised:
        settings.read(given)
    text = str(raised.value)
    for name in (
        "HCAI_BASE_URL",
        "HCAI_SECRET_KEY",
        "OPENROUTER_API_KEY",
        "HACKCLUB_CLIENT_ID",
        "HACKCLUB_CLIENT_SECRET",
        "HCAI_MAX_KEYS",
    ):
        assert name in text


def test_an_unknown_name_is_told_the_nearest_right_one():
    with pytest.raises(SettingsError, match="the nearest is HCAI_CHAT_RATE_LIMIT"):
        read(HCAI_CHAT_RATELIMIT="1/minute")


def test_an_empty_value_is_no_value():
    assert read(REDIS_URL="", HCAI_DAILY_BUDGET_USD=" ") == read()


def test_secrets_are_not_shown():
    shown = repr(
        read(OPENROUTER_API_KEY="sk-or-v1-secret", DATABASE_URL="postgresql://u:secret@h/d")
    )
    assert "secret" not in shown.replace("secret_key", "").replace("_secret", "")


def folder(url: str) -> str:
    return settings.journal_folder(read(DATABASE_URL=url)).name


def test_a_new_password_finds_the_same_journal():
    assert folder("postgresql://hcai:old@db/hcai") == folder("postgres://ada:new@db:5432/hcai")
    assert folder("postgresql://db/hcai?sslmode=require") == folder("postgresql://db/hcai")


@pytest.mark.parametrize(
    "other",
    [
        "postgresql://db/other",
        "postgresql://elsewhere/hcai",
        "postgresql://db:5433/hcai",
        "postgresql:///hcai?host=/run/postgresql",
        "sqlite:///hcai.db",
    ],
)
def test_each_database_has_a_journal_of_its_own(other: str):
    assert folder(other) != folder("postgresql://db/hcai")
