"""The session's cookie: its name, and what is read of a browser's cookies."""

import pytest

from hcai_app.services.people.sessions import COOKIE, cookie_name, cookie_of


@pytest.mark.parametrize(
    "header", [f"{COOKIE}=ada", f"theme=dark; {COOKIE}=ada;a=b", f"x{COOKIE}=eve; {COOKIE}=ada"]
)
def test_one_cookie_of_the_name_is_read(header: str) -> None:
    assert cookie_of(header) == "ada"


@pytest.mark.attack
@pytest.mark.parametrize(
    "header",
    [
        f"{COOKIE}=eve; {COOKIE}=ada",
        f"{COOKIE}=ada; theme=dark; {COOKIE}=ada",
        f"{COOKIE}=; {COOKIE}=ada",
        f"{COOKIE} =eve; {COOKIE}=ada",
        f"{COOKIE}; {COOKIE}=ada",
        f"{COOKIE}=",
        "",
    ],
)
def test_none_is_read_of_two_or_of_nothing(header: str) -> None:
    assert cookie_of(header) is None


def test_production_has_names_that_no_other_host_can_set() -> None:
    assert cookie_name(COOKIE, is_production=True) == "__Host-hcai_session"
    assert cookie_name(COOKIE, is_production=False) == "hcai_session"
