"""The desk with ten thousand people and a million calls: every view in 0.2 s, a search in 0.3 s."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.api.desk.conftest import ADMIN
from tests.conftest import Install
from tests.harness.crowd import make_crowd
from tests.harness.product import Product
from tests.harness.visitor import page_of

VIEW_S, SEARCH_S = 0.2, 0.3
SOMEBODY = f"usr_{77:020x}"
VIEWS = ("", "/people", f"/people/{SOMEBODY}", "/rules", "/reports", "/site", "/log")
SEARCHES = (
    f"U{77:09x}",
    SOMEBODY,
    "Student 0",
    "udent 00a",
    "nobody is called so",
    f"sk-hc-v1-{77:04x}…",
    f"{77 * 7:04x}",
    f"key_{77:020x}",
    "sk-hc-v1-" + "0" * 64,
    "f" * 32,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]


@pytest.fixture
def product(install: Install, database_url: str, tmp_path: Path) -> Product:
    product = install(DATABASE_URL=database_url, HCAI_ADMINS=ADMIN)
    product.cli("migrate")
    make_crowd(database_url)
    product.cli("users", "create", "--slack-id", ADMIN, "--name", "Grace Volunteer")
    return product.start()


def quickest_s(ask: Callable[[], httpx.Response]) -> float:
    """How long an answer takes on a machine that others use too: the best of five."""
    spent: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        assert ask().status_code == 200
        spent.append(time.perf_counter() - began)
    return min(spent)


def first_view_s(product: Product, admin: httpx.Client) -> float:
    """How long the overview takes whoever opens it first after a start; the best of three."""
    spent: list[float] = []
    for _ in range(3):
        product.stop()
        product.start()
        admin.get("/admin/people")  # that there is an admin
        began = time.perf_counter()
        assert admin.get("/admin").status_code == 200
        spent.append(time.perf_counter() - began)
    return min(spent)


def test_every_view_and_search_is_quick(product: Product) -> None:
    with page_of(product, ADMIN) as admin:
        assert first_view_s(product, admin) <= VIEW_S
        took = {
            f"/admin{path}": quickest_s(lambda p=path: admin.get(f"/admin{p}")) for path in VIEWS
        }
        searched = {
            text: quickest_s(lambda q=text: admin.post("/admin/people", data={"q": q}))
            for text in SEARCHES
        }
    assert {path: s for path, s in took.items() if s > VIEW_S} == {}
    assert {text: s for text, s in searched.items() if s > SEARCH_S} == {}
