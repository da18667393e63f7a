"""Pages are answered where they are linked; no path of a request becomes a redirect elsewhere."""

from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Scope

from hcai_app.edge.trailing_slash import TrailingSlash


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    for name in ("", "keys", "sign-in/denied"):
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(f"page {name}")
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/keys", "/sign-in/denied", "/keys?model=a%2Fb"])
async def test_a_page_is_answered_where_it_is_linked(path: str, pages: Path):
    app = TrailingSlash(StaticFiles(directory=pages, html=True), pages=pages)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.text == f"page {path.split('?')[0].strip('/')}"


async def ask(pages: Path, path: bytes) -> tuple[int, dict[str, str]]:
    """Send these very bytes as the path, from a page elsewhere; return status and headers."""
    (pages / "404.html").write_text("not here")
    files = StaticFiles(directory=pages, html=True)
    own = TrailingSlash(files, pages=pages)
    (pages / "later").mkdir()
    (pages / "later" / "index.html").write_text("unknown to it")
    answers: list[Message] = []

    async def send(message: Message) -> None:
        answers.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    headers = [(b"host", b"evil.example")]
    raw, _, query = path.partition(b"?")
    scope: Scope = {"type": "http", "method": "GET", "path": unquote(raw.decode()), "raw_path": raw}
    scope |= {"query_string": query, "headers": headers, "scheme": "http", "root_path": ""}
    await own(scope, receive, send)
    pairs = answers[0]["headers"]
    return answers[0]["status"], {name.decode(): value.decode() for name, value in pairs}


@pytest.mark.attack
@pytest.mark.parametrize(
    "path",
    [
        *(
            b"//keys",
            b"//keys/",
            b"///keys",
            b"/keys//",
            b"//evil.example/%2e%2e",
            b"//evil.example",
        ),
        *(
            b"/assets/..",
            b"/assets/../keys",
            b"/./keys",
            b"/keys/.",
            b"/%2e%2e/keys",
            b"/..%2fkeys",
        ),
        *(b"/%2fkeys", b"/%5cevil.example", b"/\\evil.example", b"/keys%00", b"/keys%0d%0aX:y"),
        *(b"//assets", b"/assets/..//evil.example/%2e%2e", b"/later//", b"//later"),
    ],
)
async def test_an_odd_path_is_no_page_and_leads_nowhere(path: bytes, pages: Path) -> None:
    status, headers = await ask(pages, path)
    assert status == 404
    assert "location" not in headers


@pytest.mark.parametrize(
    ("path", "location"),
    [(b"/later", "/later/"), (b"/later?a=b%2F", "/later/?a=b%2F")],
)
async def test_a_redirect_names_no_host(path: bytes, location: str, pages: Path) -> None:
    status, headers = await ask(pages, path)
    assert (status, headers["location"]) == (307, location)
