"""A browser at the site and at the provider, one step at a time."""

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx

from tests.harness.processes import TLS
from tests.harness.product import Product

SESSION, UNDER_WAY = "hcai_session", "hcai_sign_in"


class Browser(httpx.Client):
    """Follows nothing by itself; keeps cookies as a browser does."""

    def __init__(self, product: Product) -> None:
        super().__init__(base_url=product.origin, timeout=30, verify=TLS)

    def leave(self, to: str | None = None) -> str:
        """Press "Sign in"; return where the provider sends the browser back to."""
        asked = {} if to is None else {"to": to}
        sent = self.get("/auth/login", params=asked)
        assert sent.status_code == 303, sent.text
        back = self.get(sent.headers["location"])
        assert back.status_code == 302, back.text
        return back.headers["location"]

    def sign_in(self, to: str | None = None) -> httpx.Response:
        """Sign in from beginning to end; return the last answer of the site."""
        return self.get(self.leave(to))

    @property
    def session(self) -> str | None:
        """The session's cookie."""
        return self.cookies.get(SESSION)

    def is_signed_in(self) -> bool:
        return self.get("/api/account.json").status_code == 200


def page_of(answer: httpx.Response) -> str:
    """The page that an answer sends to; it must be one of ours."""
    assert answer.status_code == 303, answer.text
    target = urlsplit(answer.headers["location"])
    assert not target.netloc
    return answer.headers["location"]


def cookie_in(answer: httpx.Response, name: str) -> dict[str, str] | None:
    """The value and the attributes of a cookie that an answer sets."""
    for line in answer.headers.get_list("set-cookie"):
        cookie = SimpleCookie(line)
        if name in cookie:
            morsel = cookie[name]
            flags = {key: str(value) for key, value in morsel.items() if value}
            return {"value": morsel.value, **flags}
    return None
