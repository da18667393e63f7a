"""`migrate`, `doctor`, `serve`, `simulate`, `usage export`."""

import csv
import io
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.wire import assert_fails
from tests.conftest import Install
from tests.harness.processes import free_port
from tests.harness.product import Product
from tests.harness.provider import Provider

# The fields of a row, in their order.
FIELDS = [
    *("id", "user_id", "key_id", "endpoint", "requested_model", "model", "generation_id"),
    *("status", "outcome", "streamed", "prompt_tokens", "completion_tokens"),
    *("reasoning_tokens", "cached_tokens", "total_tokens", "cost_usd", "settled"),
    *("cost_source", "started_at", "first_byte_ms", "duration_ms"),
]
PRODUCTION = {
    "HCAI_ENV": "production",
    "HCAI_BASE_URL": "https://ai.example.org",
    "HACKCLUB_CLIENT_ID": "id",
    "HACKCLUB_CLIENT_SECRET": "secret",
}


def test_migrate_makes_the_schema_and_may_be_repeated(install: Install, database_url: str) -> None:
    product = install(DATABASE_URL=database_url)
    for _ in range(2):
        done = product.run("migrate")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert product.make_key().startswith("sk-hc-v1-")


def test_production_asks_for_migrate_and_does_not_do_it(install: Install) -> None:
    product = install(**PRODUCTION)
    for command in (
        ("users", "create", "--slack-id", "U1", "--name", "x"),
        ("serve", "--backend-only", "--port", str(free_port())),
        ("serve", "--api-only", "--port", str(free_port())),
    ):
        assert "run python -m hcai_app migrate" in product.run(*command).stderr.replace(":", "")
    assert "migrate" in assert_fails(product, "users", "show", "U1")
    product.cli("migrate")
    assert product.cli("users", "create", "--slack-id", "U1", "--name", "x")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all.db",
        "postgresql://nobody@127.0.0.1:1/none",
        "postgresql://postgres@127.0.0.1:5432/there_is_no_such_database",
    ],
)
def test_a_database_that_is_not_there_is_one_line(install: Install, url: str) -> None:
    product = install(DATABASE_URL=url)
    assert "database" in assert_fails(product, "users", "show", "U1")


def test_a_password_of_the_database_is_not_told(install: Install) -> None:
    product = install(DATABASE_URL="postgresql://ada:tell-tale@127.0.0.1:1/none")
    assert "tell-tale" not in assert_fails(product, "migrate")


def test_doctor_looks_at_each_thing_in_one_line(install: Install, provider: Provider) -> None:
    product = install()
    assert "FAIL database: is not up to date" in product.attempt("doctor").stdout
    product.cli("migrate")
    done = product.run("doctor")
    lines = done.stdout.splitlines()
    assert [line.split(":")[0].split() for line in lines] == [
        ["ok", name]
        for name in ("settings", "data", "database", "redis", "provider", "sign-in", "safety")
    ]
    assert (done.returncode, done.stderr) == (0, "")


def provider_line(product: Product) -> str:
    lines = product.attempt("doctor").stdout.splitlines()
    return next(line for line in lines if " provider: " in line)


@pytest.mark.parametrize("policy", ["deny", "zdr"])
def test_doctor_proves_the_data_policy_by_a_call(
    install: Install, provider: Provider, policy: str
) -> None:
    product = install(HCAI_DATA_POLICY=policy)
    assert f"qwen/qwen3-32b answers under HCAI_DATA_POLICY={policy}" in provider_line(product)
    (call,) = provider.calls()
    zdr = {"zdr": True} if policy == "zdr" else {}
    assert json.loads(call["body"])["provider"] == {"data_collection": "deny", **zdr}


def test_doctor_says_when_nobody_keeps_to_the_data_policy(
    install: Install, provider: Provider
) -> None:
    provider.script(status=404, message="No endpoints found matching your data policy")
    line = provider_line(install())
    assert line.startswith("FAIL")
    assert "qwen/qwen3-32b does not answer under HCAI_DATA_POLICY=deny" in line
    assert "No provider of this model promises not to keep prompts" in line


def test_doctor_makes_no_call_where_nothing_is_imposed(
    install: Install, provider: Provider
) -> None:
    assert "may keep prompts" in provider_line(install(HCAI_DATA_POLICY="allow"))
    assert provider.count() == 0


def test_doctor_proves_by_a_moderation_that_prompts_can_be_checked(
    install: Install, provider: Provider
) -> None:
    own = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": provider.base_url}
    product = install(**own)

    def line() -> str:
        lines = product.attempt("doctor").stdout.splitlines()
        return next(line for line in lines if " safety: " in line)

    assert line().startswith("ok")
    assert "POST /api/v1/moderations" in provider.requests()
    provider.script(path="/moderations", status=500)
    assert line().startswith("FAIL")
    assert "no prompt is checked" in install(**PRODUCTION).attempt("doctor").stdout


def test_doctor_names_what_is_broken(install: Install) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    product = install(
        DATABASE_URL=f"postgresql://ada@{nowhere}/hcai",
        REDIS_URL=f"redis://{nowhere}",
        OPENROUTER_BASE_URL=f"http://{nowhere}",
        HACKCLUB_CLIENT_ID="id",
        HACKCLUB_CLIENT_SECRET="secret",
        HACKCLUB_ISSUER=f"http://{nowhere}",
    )
    done = product.run("doctor")
    assert done.returncode == 1
    failed = dict(
        line.removeprefix("FAIL").strip().split(": ", 1)
        for line in done.stdout.splitlines()
        if line.startswith("FAIL")
    )
    assert failed.keys() == {"database", "redis", "provider", "sign-in"}
    wanted = ("DATABASE_URL", "REDIS_URL", "OPENROUTER_BASE_URL", "HACKCLUB_ISSUER")
    assert all(name in text for name, text in zip(wanted, failed.values(), strict=True))


def test_doctor_says_when_a_proxy_may_show_the_metrics(install: Install) -> None:
    nowhere = {"HACKCLUB_ISSUER": f"http://127.0.0.1:{free_port()}"}
    line = "ok   metrics: no HCAI_METRICS_TOKEN"
    assert line in install(**PRODUCTION, **nowhere).attempt("doctor").stdout
    for more in ({"HCAI_METRICS_TOKEN": "a token of the tests"}, {"HCAI_ENV": "development"}):
        assert line not in install(**{**PRODUCTION, **nowhere, **more}).attempt("doctor").stdout


@pytest.mark.parametrize("command", ["serve --backend-only", "serve --api-only", "simulate"])
def test_a_port_that_is_taken_is_said(shop: Product, provider: Provider, command: str) -> None:
    port = provider.origin.rpartition(":")[2]
    done = shop.run(*command.split(), "--host", "127.0.0.1", "--port", port)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "address already in use" in done.stderr
    assert "database" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def books(module_product: Product, provider_process: Provider) -> Product:
    """Three rows of UADA, one of UEVE."""
    provider_process.reset()
    keys = [module_product.make_key(name) for name in ("UADA", "UEVE")]
    for directive in ("say=hi", "status=429", "byok"):
        module_product.chat(keys[0], f"Hi\n/simulate {directive}")
    module_product.chat(keys[1], stream=True)
    return module_product


def test_export_as_json_lines_has_every_field(books: Product) -> None:
    rows = [json.loads(line) for line in books.cli(*export("jsonl")).splitlines()]
    assert [list(row) for row in rows] == [FIELDS] * 4
    assert [row["started_at"] for row in rows] == sorted(row["started_at"] for row in rows)
    assert all(datetime.fromisoformat(row["started_at"]).tzinfo for row in rows)
    assert [row["outcome"] for row in rows] == [
        "completed",
        "refused_by_provider",
        "completed",
        "completed",
    ]
    assert [row["streamed"] for row in rows] == [False, False, False, True]
    assert {row["endpoint"] for row in rows} == {"/chat/completions"}


def test_export_as_csv_has_a_head_and_the_same_rows(books: Product) -> None:
    table = list(csv.DictReader(io.StringIO(books.cli(*export("csv")))))
    rows = books.rows()
    assert list(table[0]) == FIELDS
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert [row["cost_usd"] for row in table] == [row["cost_usd"] for row in rows]


@pytest.mark.attack
def test_no_cell_of_the_export_is_a_formula(books: Product) -> None:
    path = books.settings["DATABASE_URL"].removeprefix("sqlite:///")
    formula, harmless = '=HYPERLINK("http://x.example")', "qwen/qwen3-32b"
    for model in (formula, harmless):  # the control
        with sqlite3.connect(path) as database:
            database.execute("UPDATE calls SET model = ?, generation_id = ?", (model, model))
        database.close()
        shown = f"'{model}" if model is formula else model
        table = list(csv.DictReader(io.StringIO(books.cli(*export("csv")))))
        assert {(row["model"], row["generation_id"]) for row in table} == {(shown, shown)}
        assert {row["model"] for row in books.rows()} == {model}  # programs get it as it is


def test_export_of_a_user_and_since_a_moment(books: Product) -> None:
    assert len(books.rows("--user", "UADA")) == 3
    (row,) = books.rows("--user", "UEVE")
    assert [other["id"] for other in books.rows("--since", row["started_at"])] == [row["id"]]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert books.rows("--since", tomorrow) == []
    assert len(books.rows("--since", "0001-01-01")) == 4
    assert books.cli(*export("csv"), "--since", tomorrow) == ",".join(FIELDS)


def export(kind: str) -> tuple[str, ...]:
    return ("usage", "export", "--format", kind)


def test_a_database_of_another_program_is_not_touched(install: Install, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE users (note TEXT)")
    database.close()
    product = install(DATABASE_URL=f"sqlite:///{path}")
    assert "database" in assert_fails(product, "migrate")
