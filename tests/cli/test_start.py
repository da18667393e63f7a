"""What keeps a command or the server from starting is one line; `doctor` finds it first."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.wire import assert_fails
from tests.conftest import Install
from tests.harness.processes import free_port
from tests.harness.product import Product

PRODUCTION = {
    "HCAI_ENV": "production",
    "HCAI_BASE_URL": "https://ai.example.org",
    "HACKCLUB_CLIENT_ID": "id",
    "HACKCLUB_CLIENT_SECRET": "secret",
}
NEWER = "newer than this HCAI (9999 > 0"
SERVE = ("serve", "--api-only", "--port")


def serve() -> tuple[str, ...]:
    return (*SERVE, str(free_port()))


def failed_checks(product: Product) -> list[str]:
    done = product.attempt("doctor")
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("FAIL")]


@pytest.mark.parametrize("settings", [{}, PRODUCTION], ids=["development", "production"])
def test_a_newer_database_is_named_by_every_command(
    install: Install, tmp_path: Path, settings: dict[str, str]
) -> None:
    product = install(**settings)
    product.cli("migrate")
    path = product.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for command in (("migrate",), ("users", "show", "U1"), serve()):
        done = product.attempt(*command)
        assert done.returncode != 0
        assert NEWER in done.stderr
        assert "restore the backup" in done.stderr
        assert "Traceback" not in done.stderr
    line = next(line for line in failed_checks(product) if "database" in line)
    assert line.startswith("FAIL database: is newer")


@pytest.mark.parametrize("folder", [".hcai-journal", ".web"])
def test_a_folder_that_cannot_be_written_is_named(install: Install, folder: str) -> None:
    product = install()
    product.cli("migrate")
    (product.folder / folder).write_text("in the way")
    (line,) = failed_checks(product)
    assert line.startswith(f"FAIL folder: {folder} cannot be written (Not a directory): ")
    command = ("serve", "--port", str(free_port())) if folder == ".web" else serve()
    assert f"{folder} cannot be written" in assert_fails(product, *command)


def test_a_secret_that_cannot_be_kept_is_named(install: Install) -> None:
    product = install(HCAI_SECRET_KEY="")
    (product.folder / ".hcai-secret").mkdir()
    for command in (("migrate",), ("doctor",), ("users", "show", "U1"), serve()):
        assert ".hcai-secret cannot be made or read" in assert_fails(product, *command)


WRONG = [
    ("OPENROUTER_API_KEY", "sk-or-v1-…"),
    ("REDIS_URL", "redis://127.0.0.1:6379/0?ssl_cert_reqs=none"),
    ("DATABASE_URL", "postgresql://u:p@w@127.0.0.1/x"),
    ("HCAI_BASE_URL", '"https://x.example"'),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
@pytest.mark.parametrize("command", ["doctor", "serve"])
def test_a_wrong_setting_stops_everything_in_one_line(
    install: Install, command: str, name: str, value: str
) -> None:
    product = install(**{name: value})
    line = assert_fails(product, *(serve() if command == "serve" else (command,)))
    assert line.startswith(f"error: {name} is wrong: ")


def test_a_database_that_must_be_made_first_is_named(install: Install) -> None:
    product = install(DATABASE_URL="postgresql://postgres@127.0.0.1:5432/no_such_thing")
    for command in (("migrate",), ("users", "show", "U1")):
        assert "create it first: createdb no_such_thing" in assert_fails(product, *command)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis://:wrong@127.0.0.1:6379/0", "does not let us in"),
        ("redis://127.0.0.1:6379/99999", "has no database of that number"),
        ("redis://127.0.0.1:1/0", "does not answer"),
    ],
)
def test_doctor_says_what_redis_says(install: Install, url: str, says: str) -> None:
    product = install(REDIS_URL=url)
    product.cli("migrate")
    (line,) = failed_checks(product)
    assert line.startswith(f"FAIL redis: {says}")
    assert "REDIS_URL" in line


def test_what_is_made_is_its_owner_s_alone(install: Install) -> None:
    product = install().start()
    product.make_key()
    parts = {path.name: path for path in product.folder.iterdir()}
    modes = {
        name: path.stat().st_mode & 0o777
        for name, path in parts.items()
        if name.startswith((".hcai-journal", "hcai.db"))
    }
    assert modes == {
        ".hcai-journal": 0o700,
        "hcai.db": 0o600,
        "hcai.db-wal": 0o600,
        "hcai.db-shm": 0o600,
    }
    for path in parts[".hcai-journal"].rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
