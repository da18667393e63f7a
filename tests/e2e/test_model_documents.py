"""Model pages without a script: their facts, their preview, and a 404 for the unknown."""

import httpx
import pytest

from tests.e2e.site import Site

pytestmark = pytest.mark.browser
NAME = "qwen/qwen3-32b"


def test_a_model_is_read_without_a_script(site: Site) -> None:
    answer = httpx.get(f"{site.origin}/models/{NAME}")
    assert answer.status_code == 200
    assert "<title>Qwen3 32B · HCAI</title>" in answer.text
    assert 'property="og:title" content="Qwen3 32B · HCAI"' in answer.text
    plain = answer.text.partition("<noscript>")[2].partition("</noscript>")[0]
    for fact in (NAME, "Alibaba", "41k tokens", "buys about"):
        assert fact in plain


def test_an_unknown_model_is_not_found(site: Site) -> None:
    answer = httpx.get(f"{site.origin}/models/nobody/knows-it")
    assert answer.status_code == 404
    assert "not offered here" in answer.text


def test_the_list_links_to_each_model_without_a_script(site: Site) -> None:
    answer = httpx.get(f"{site.origin}/models")
    assert f'href="/models/{NAME}"' in answer.text
    assert answer.headers["Content-Encoding"] == "gzip"
