"""The development sign-in: on a development machine, for whoever sits before it, and never else."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.auth.browsing import Browser, cookie_in, page_of
from tests.conftest import Install
from tests.harness.identity import Identity
from tests.harness.processes import Process
from tests.harness.product import Product


@pytest.fixture
def student(product: Product) -> Iterator[Browser]:
    with Browser(product) as opened:
        yield opened


def test_one_click_signs_in_a_student(student: Browser, product: Product) -> None:
    assert page_of(student.get("/auth/login?to=/keys")) == "/keys"
    account = student.get("/api/account.json").json()
    assert "Orpheus" in str(account)
    assert '"is_verified": true' in product.cli("users", "show", "UDEVELOP")
    first = student.session
    student.get("/auth/login")
    assert student.session not in (None, first)


def test_a_name_makes_or_finds_another_student(student: Browser, product: Product) -> None:
    user_id = product.cli("users", "create", "--slack-id", "UADA", "--name", "Ada")
    student.get("/auth/login", params={"as": "UADA"})
    assert user_id in student.get("/api/account.json").text
    student.get("/auth/login", params={"as": "Grace"})
    assert "Grace" in student.get("/api/account.json").text


@pytest.mark.parametrize("name", ["", "a b", "x" * 41, "<b>", "é", "a\0b"])
def test_an_odd_name_is_orpheus(student: Browser, name: str) -> None:
    student.get("/auth/login", params={"as": name})
    assert "UDEVELOP" in student.get("/api/account.json").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "ai.example.org"},
        {"Host": "localhost.evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Client-IP": "127.0.0.1"},
        {"Host": "localhost:3000.evil.example"},
        {"Host": "[::2]:3000"},
    ],
)
def test_nobody_else_is_a_student(student: Browser, headers: dict[str, str]) -> None:
    refused = student.get("/auth/login", headers=headers)
    assert page_of(refused) == "/sign-in/not-set-up"
    assert student.session is None


@pytest.mark.attack
@pytest.mark.parametrize("step", ["cross-site", "same-site", "odd"])
def test_no_other_site_can_sign_a_student_in(student: Browser, step: str) -> None:
    refused = student.get("/auth/login", headers={"Sec-Fetch-Site": step})
    assert page_of(refused) == "/sign-in/cancelled"
    assert student.session is None


@pytest.mark.parametrize("step", ["same-origin", "none"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:3000", "[::1]:3000"])
def test_an_address_typed_or_a_link_of_ours_signs_in(
    student: Browser, step: str, host: str
) -> None:
    headers = {"Sec-Fetch-Site": step, "Host": host}
    assert page_of(student.get("/auth/login", headers=headers)) == "/dashboard"


def test_there_is_nothing_to_come_back_from(student: Browser) -> None:
    assert page_of(student.get("/auth/callback?code=x&state=y")) == "/sign-in/not-set-up"


def test_an_open_server_has_no_students(install: Install) -> None:
    product = install()
    served = ["serve", "--backend-only", "--host", "0.0.0.0", "--port", str(product.port)]
    ready = f"{product.origin}/readyz"
    process = Process(served, folder=product.folder, env=product.env, ready=ready)
    try:
        process.wait_until_ready()
        refused = httpx.get(f"{product.origin}/auth/login")
        assert page_of(refused) == "/sign-in/not-set-up"
        assert cookie_in(refused, "hcai_session") is None
    finally:
        process.stop()


def test_with_an_oauth_client_there_are_no_students(install: Install, identity: Identity) -> None:
    product = install(**identity.settings()).start()
    with Browser(product) as browser:
        sent = browser.get("/auth/login", params={"as": "UADA"})
    assert sent.headers["location"].startswith(identity.issuer)


def test_production_has_no_students(install: Install, identity: Identity) -> None:
    product = install(HCAI_ENV="production", **identity.settings())
    product.cli("migrate")
    product.start()
    with Browser(product) as browser:
        sent = browser.get("/auth/login", params={"as": "UADA"})
    assert sent.headers["location"].startswith(identity.issuer)


def test_the_other_name_of_this_machine_leads_to_the_one_of_the_settings(
    install: Install, identity: Identity
) -> None:
    product = install(**identity.settings()).start()
    localhost = f"http://localhost:{product.port}/auth/login"
    moved = httpx.get(localhost, params={"to": "/keys"})
    assert moved.headers["location"].startswith(f"{product.origin}/auth/login?")
    with Browser(product) as browser:
        sent = browser.get(moved.headers["location"])
        assert sent.headers["location"].startswith(identity.issuer)
    again = httpx.get(localhost, params={"moved": "1"})  # a proxy may write another `Host`
    assert again.headers["location"].startswith(identity.issuer)
