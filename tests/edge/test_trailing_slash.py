from pathlib import Path

import httpx
import pytest
from starlette.staticfiles import StaticFiles

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
