import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from hcai_app.edge.security_headers import SecurityHeaders

HTML = [(b"content-type", b"text/html; charset=utf-8")]


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    status = 404 if scope["path"].startswith("/missing") else 200
    status = 304 if scope["path"] == "/kept" else status
    await send({"type": "http.response.start", "status": status, "headers": HTML})
    await send({"type": "http.response.body", "body": b"page"})


async def get(path: str, pages: Path, *, https_only: bool = False) -> httpx.Headers:
    app = SecurityHeaders(page, pages=pages, https_only=https_only)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    ) as client:
        return (await client.get(path)).headers


async def test_pages_are_strict(tmp_path: Path):
    headers = await get("/", tmp_path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


async def test_production_asks_for_https(tmp_path: Path):
    headers = await get("/", tmp_path, https_only=True)
    assert headers["strict-transport-security"].startswith("max-age=")


async def test_inline_scripts_of_the_build_are_allowed_by_hash_alone(tmp_path: Path):
    script = b"window.a = 1;"
    (tmp_path / "index.html").write_bytes(
        b'<script>%b</script><script src="/assets/x.js"></script>' % script
    )
    policy = (await get("/", tmp_path))["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    scripts = policy.split("script-src ")[1].split(";")[0]
    assert f"'sha256-{digest}'" in scripts
    assert "unsafe-inline" not in scripts


async def test_a_page_allows_no_script_of_another_page(tmp_path: Path):
    for name, script in {"index": "one()", "keys": "two()", "404": "three()"}.items():
        (tmp_path / f"{name}.html").write_text(f"<script>{script}</script>")
    policies = [
        (await get(path, tmp_path))["content-security-policy"] for path in ("/", "/keys", "/odd/a")
    ]
    assert len(set(policies)) == 3
    assert all(policy.count("sha256-") == 1 for policy in policies)


@pytest.mark.parametrize("path", ["/assets/root-f8gcMomi.js", "/fonts/figtree-5.3.0.woff2"])
async def test_files_that_never_change_are_kept_for_a_year(path: str, tmp_path: Path):
    assert "immutable" in (await get(path, tmp_path))["cache-control"]


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/missing/assets/root-f8gcMomi.js"])
async def test_everything_else_is_asked_for_again(path: str, tmp_path: Path):
    assert (await get(path, tmp_path))["cache-control"] == "no-cache"


async def test_a_page_that_the_browser_keeps_keeps_its_policy_too(tmp_path: Path):
    assert "content-security-policy" not in await get("/kept", tmp_path)
