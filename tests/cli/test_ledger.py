"""`ledger replay`: what was set aside comes back from the command line."""

from pathlib import Path

import pytest

from hcai_app.services.call import LedgerEntry
from hcai_app.services.ledger.journal import Journal
from tests.chaos import books
from tests.conftest import Install
from tests.harness.product import Product
from tests.services.books import entry


@pytest.fixture
def product(install: Install, database_url: str) -> Product:
    made = install(DATABASE_URL=database_url)
    made.cli("migrate")
    return made


def set_aside(product: Product, *rows: LedgerEntry) -> Path:
    """Set rows aside as a worker does; return the file."""
    product.start()  # makes the folder
    product.stop()
    (folder,) = product.folder.glob(".hcai-journal/*")
    journal = Journal(folder)
    for row in rows:
        journal.set_aside(row)
    journal.close()
    return folder / "rejected.jsonl"


def test_rows_come_back_and_their_number_is_printed(product: Product) -> None:
    assert product.cli("ledger", "replay") == "0"
    file = set_aside(product, *(entry() for _ in range(3)))
    assert product.cli("ledger", "replay") == "3"
    assert product.cli("ledger", "replay") == "0"
    assert not file.exists()
    assert len(product.rows()) == 3
    books.check_roll_ups(product)


def test_a_row_that_is_still_refused_stays_and_is_said(product: Product) -> None:
    file = set_aside(product, entry(), entry(cost=2**70), entry())
    done = product.attempt("ledger", "replay")
    assert (done.returncode, done.stdout) == (1, "2\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: 1 ")
    assert "rejected.jsonl" in line
    assert len(file.read_text().split()) == 1
    assert len(product.rows()) == 2
    books.check_roll_ups(product)


def test_a_running_server_knows_what_came_back(product: Product) -> None:
    user_id = product.cli("users", "create", "--slack-id", "U1", "--name", "Ada")
    key = product.cli("keys", "create", "--user", "U1", "--name", "laptop")
    set_aside(product, entry(user_id=user_id, cost=5 * 10**9))
    product.start()
    assert product.chat(key).status_code == 200  # the gate has read the ledger without it
    assert product.change("ledger", "replay") == "1"
    assert product.chat(key).status_code == 402
