"""For whoever is no admin there is no desk: not a byte of it, wherever they look."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.desk.conftest import ADMIN
from tests.harness.product import Product
from tests.harness.visitor import page_of

PATHS = (
    "/admin",
    "/admin/",
    "/admin/now",
    "/admin/people",
    "/admin/people/usr_x",
    "/admin/rules",
    "/admin/log",
    "/admin/desk.js",
    "/admin/desk.css",
    "/admin/acts/ban",
    "/admin/dance",
)
# What differs between any two answers.
OF_EACH = ("x-request-id", "date", "content-length")


@pytest.fixture(params=["nobody", "a student", "a banned admin"])
def visitor(
    request: pytest.FixtureRequest, product: Product, person: str
) -> Iterator[httpx.Client]:
    if request.param == "nobody":
        with httpx.Client(base_url=product.origin, headers={"Origin": product.origin}) as client:
            yield client
    elif request.param == "a student":
        with page_of(product, person) as client:
            yield client
    else:
        with page_of(product, ADMIN) as client:
            product.change("users", "ban", ADMIN, "--reason", "left the team")
            yield client
            product.change("users", "unban", ADMIN)


def told(answer: httpx.Response, path: str, stand_in: str) -> tuple[int, dict[str, str], str]:
    """All that an answer tells; the path that was asked for is repeated by some."""
    headers = {name: value for name, value in answer.headers.items() if name not in OF_EACH}
    return answer.status_code, headers, answer.text.replace(stand_in, path)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_every_address_of_the_desk_is_any_unknown_one(visitor: httpx.Client, method: str) -> None:
    for path in PATHS:
        elsewhere = path.replace("/admin", "/nimda")
        sent = {"data": {"user": "UADMIN", "reason": "x"}} if method == "POST" else {}
        answer = visitor.request(method, path, **sent)
        assert answer.status_code in (404, 405)
        unknown = visitor.request(method, elsewhere, **sent)
        assert told(answer, path, path) == told(unknown, path, elsewhere), path


def test_nothing_a_student_posts_is_an_act(product: Product, person: str) -> None:
    before = product.cli("audit")
    with page_of(product, person) as student:
        for act in ("ban", "unban", "budget", "revoke-key"):
            student.post(f"/admin/acts/{act}", data={"user": ADMIN, "reason": "x", "usd": "1"})
    assert product.cli("audit") == before


def test_an_admins_key_opens_no_desk(product: Product) -> None:
    key = product.cli("keys", "create", "--user", ADMIN, "--name", "script")
    answer = httpx.get(f"{product.origin}/admin", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 404
    assert "desk" not in answer.text
