"""`/docs.md` and `/llms.txt`: the docs as plain text."""

import re
from collections.abc import Iterator

import httpx
import pytest

from hcai_app.docs import chapters, fill
from hcai_app.docs.examples.library import EXAMPLES
from tests.api.wire import assert_error
from tests.conftest import _product
from tests.harness.processes import TLS
from tests.harness.product import Product
from tests.harness.provider import Provider

PUBLIC = "https://ai.example.org"
SHOWN = {"base": f"{PUBLIC}/proxy/v1", "language_model": "a/b"}
FENCE = re.compile(r"^```(\w*)$", re.MULTILINE)
ITEM = re.compile(r"^- \[[^\]]+\]\((\S+)\): \S.+$")
PATHS = ("/docs.md", "/llms.txt")


@pytest.fixture(scope="module")
def public(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("public")
    given = {"HCAI_BASE_URL": PUBLIC, "HCAI_MAX_KEYS": "7", "HCAI_LANGUAGE_MODELS": "a/b"}
    product = _product(folder, provider_process, **given).start()
    yield product
    product.stop()


def ask(product: Product, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    sent = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", **headers}
    return httpx.request(method, product.origin + path, headers=sent, verify=TLS)


def test_docs_md_is_every_chapter_with_every_program(public: Product) -> None:
    answer = ask(public, "/docs.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    titles = re.findall(r"^## (.+)$", answer.text, re.MULTILINE)
    assert titles == [chapter.title for chapter in chapters()]
    count = sum(len(example.programs) for example in EXAMPLES.values())
    labels = [label for label in FENCE.findall(answer.text) if label in ("python", "javascript")]
    assert len(labels) >= count / 2
    for example in EXAMPLES.values():
        for program in example.programs:
            end = fill(program.text.splitlines()[-1], SHOWN)
            assert end in answer.text


def test_docs_md_shows_the_configured_address_and_settings(public: Product) -> None:
    text = ask(public, "/docs.md").text
    assert f'base_url="{PUBLIC}/proxy/v1"' in text
    assert f"({PUBLIC}/docs#limits-and-budgets)" in text
    assert f"({PUBLIC}/keys)" in text
    assert '"model": "a/b"' in text
    assert "up to 7 active keys" in text
    assert "{{" not in text
    assert "evil.example" not in text


def test_llms_txt_is_a_short_index_in_its_form(public: Product) -> None:
    answer = ask(public, "/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    title, blank, summary, *rest = answer.text.splitlines()
    assert title.startswith("# ")
    assert blank == ""
    assert summary.startswith("> ")
    items = [line for line in rest if line.startswith("- ")]
    targets = [match[1] for line in items if (match := ITEM.match(line))]
    assert len(targets) == len(items)
    assert all(target.startswith(PUBLIC) for target in targets)
    assert {f"{PUBLIC}/docs.md", f"{PUBLIC}/proxy/v1/openapi.json"} <= set(targets)
    assert [t.partition("#")[2] for t in targets if "#" in t] == [c.slug for c in chapters()]
    assert "{{" not in answer.text
    assert len(answer.content) < 6_000


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_same_headers_and_no_body(public: Product, path: str) -> None:
    whole, head = ask(public, path), ask(public, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_already_gets_304(public: Product, path: str) -> None:
    tag = ask(public, path).headers["etag"]
    again = ask(public, path, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", PATHS)
def test_it_can_only_be_read(public: Product, path: str) -> None:
    answer = ask(public, path, "POST")
    assert_error(answer, 405)
    assert answer.headers["allow"] == "GET"
