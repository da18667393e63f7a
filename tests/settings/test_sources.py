"""`.env` in any encoding, and names that are nearly ours."""

import codecs
from pathlib import Path

import pytest

from hcai_app import settings
from hcai_app.settings import KNOWN, SettingsError, sources

LINE = 'HCAI_ADMINS=U1\nOPENAI_API_KEY="sk-ab"\n'


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HCAI_SECRET_KEY", "a secret that is long enough for it")
    settings.load_settings.cache_clear()
    yield tmp_path / ".env"
    settings.load_settings.cache_clear()


def problem() -> str:
    with pytest.raises(SettingsError) as caught:
        settings.load_settings()
    (line,) = caught.value.problems
    assert line in str(caught.value)
    return line


@pytest.mark.parametrize(
    "text", [LINE, LINE.replace("\n", "\r\n"), "export " + LINE, "\n# ä\n" + LINE]
)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf8_is_read_with_mark_or_without(dotenv: Path, text: str, mark: bytes) -> None:
    dotenv.write_bytes(mark + text.encode())
    read = settings.load_settings()
    assert (read.admins, read.openai_api_key.get_secret_value()) == (["U1"], "sk-ab")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_named(dotenv: Path, encoding: str) -> None:
    dotenv.write_bytes(LINE.encode(encoding))
    line = problem()
    assert line.startswith(".env ")
    assert "UTF-16" in line
    assert "save it as UTF-8" in line


def test_latin1_is_named_with_its_line(dotenv: Path) -> None:
    dotenv.write_bytes(LINE.encode() + "# schön\n".encode("latin-1"))
    assert problem() == ".env is not UTF-8 in line 3: save it as UTF-8"


@pytest.mark.parametrize("text", ["HCAI_ADMINS=U1\n\nhello world\n", 'A=1\n\nHCAI_ADMINS="U1\n'])
def test_a_line_that_says_nothing_is_named(dotenv: Path, text: str) -> None:
    dotenv.write_text(text)
    assert problem().startswith(".env: line 3 ")


def test_a_folder_in_its_place_is_named(dotenv: Path) -> None:
    dotenv.mkdir()
    assert problem().startswith(".env cannot be read")


TYPOS = [
    ("OPENROUTER_KEY", "OPENROUTER_API_KEY"),
    ("OPENROUTER_APIKEY", "OPENROUTER_API_KEY"),
    ("OPENAI_KEY", "OPENAI_API_KEY"),
    ("DATABASE_URI", "DATABASE_URL"),
    ("DATABSE_URL", "DATABASE_URL"),
    ("database_url", "DATABASE_URL"),
    ("REDIS_URI", "REDIS_URL"),
    ("HACKCLUB_CLIENTID", "HACKCLUB_CLIENT_ID"),
    ("HACI_ENV", "HCAI_ENV"),
    ("SENTRY_DNS", "SENTRY_DSN"),
]


@pytest.mark.parametrize(("wrong", "right"), TYPOS)
def test_a_mistyped_name_stops_in_the_file_and_warns_in_the_environment(
    dotenv: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wrong: str,
    right: str,
) -> None:
    dotenv.write_text(f"{wrong}=x\n")
    assert problem() == f"{wrong} is not a setting: write {right}, if you meant that"
    dotenv.unlink()
    monkeypatch.setenv(wrong, "x")
    assert settings.load_settings().is_simulated
    assert f"write {right}" in caplog.text


@pytest.mark.parametrize(
    "name", ["HCAIX", "OPENROUTER_X", "OPENAI_API_BASE", "TEST_DATABASE_URL", "PATH", "REDIS_HOST"]
)
def test_names_of_other_programs_are_left_alone(name: str) -> None:
    assert sources.mistyped_names([name], KNOWN) == []


def test_who_has_the_right_name_may_have_others_like_it() -> None:
    assert sources.mistyped_names(["OPENROUTER_KEY", "OPENROUTER_API_KEY"], KNOWN) == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_calls_do_not_use_is_told(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    assert not dotenv.exists()
    monkeypatch.setenv(name, "http://proxy.example:3128")
    settings.load_settings()
    assert f"{name} is set, and calls to the provider do not use it" in caplog.text
    assert "proxy.example" not in caplog.text


@pytest.mark.parametrize("name", ["hcai_env", "Hcai_Max_Keys", "HCAI_", "HCAI_ENV "])
def test_a_name_of_ours_is_written_exactly(name: str) -> None:
    (line,) = sources.unknown_names([name], KNOWN)
    assert line.startswith(f"{name} is not a setting; the nearest is HCAI_")


@pytest.mark.parametrize("content", ["", "short", "\udcff" * 40])
def test_a_broken_secret_file_is_named(dotenv: Path, monkeypatch, content: str) -> None:
    monkeypatch.delenv("HCAI_SECRET_KEY")
    dotenv.with_name(".hcai-secret").write_bytes(content.encode(errors="surrogateescape"))
    assert problem().startswith(".hcai-secret ")


def test_a_secret_file_that_cannot_be_made_is_named(dotenv: Path, monkeypatch) -> None:
    monkeypatch.delenv("HCAI_SECRET_KEY")
    dotenv.with_name(".hcai-secret").mkdir()
    assert problem().startswith(".hcai-secret cannot be made or read (Is a directory): ")
