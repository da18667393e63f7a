"""The register on the wire: in production, what its maker forbids to minors is not offered."""

import httpx
import pytest

from tests.api.test_guard_wire import ENDPOINTS
from tests.api.wire import assert_error, chat_body
from tests.conftest import Install
from tests.harness.identity import Identity
from tests.harness.product import Product
from tests.harness.provider import Provider

PRO, FLASH = "google/gemini-2.5-pro", "google/gemini-2.5-flash"
LISTS = ("/models", "/embeddings/models", "/images/models")


def served(install: Install, identity: Identity, **settings: str) -> Product:
    product = install(
        HCAI_ENV="production",
        HCAI_REQUIRE_VERIFIED="false",
        HCAI_LANGUAGE_MODELS="*",
        HCAI_IMAGE_MODELS="*",
        **identity.settings(),
        **settings,
    )
    product.cli("migrate")
    return product.start()


def listed(product: Product) -> set[str]:
    return {model["id"] for path in LISTS for model in product.get(path).json()["data"]}


def ask(product: Product, key: str, model: str) -> httpx.Response:
    return product.post("/chat/completions", key, json=chat_body() | {"model": model})


@pytest.mark.attack
def test_a_star_does_not_let_in_what_is_forbidden(
    install: Install, identity: Identity, provider: Provider
) -> None:
    product = served(install, identity)
    key = product.make_key()
    assert not [name for name in listed(product) if name.startswith("google/")]
    assert product.get(f"/model/{PRO}").status_code == 404
    for model in (PRO, f"{PRO}:free", "Google/Gemini-2.5-Pro", "google/gemini-not-listed"):
        assert "rule out under-18s" in assert_error(ask(product, key, model), 400, param="model")
    body = chat_body() | {"models": [PRO]}
    assert_error(product.post("/chat/completions", key, json=body), 400, param="models")
    for path in ("/images", "/images/generations"):
        assert_error(product.post(path, key, json=ENDPOINTS[path]), 400, param="model")
    assert provider.count() == 0
    assert ask(product, key, "x-ai/grok-4-fast").status_code == 200  # the harmless sibling


def test_what_the_operator_excepts_is_offered_and_said(
    install: Install, identity: Identity
) -> None:
    product = served(install, identity, HCAI_MINORS_EXCEPTIONS=FLASH)
    key = product.make_key()
    assert [name for name in listed(product) if name.startswith("google/")] == [FLASH]
    assert ask(product, key, f"{FLASH}:nitro").status_code == 200
    assert_error(ask(product, key, PRO), 400, param="model")
    assert product.process
    said = f"offered although its maker's terms rule it out: {FLASH}"
    assert said in product.process.log
    assert f"ok   minors: {said}" in product.attempt("doctor").stdout


def test_development_offers_the_lists_as_they_are_and_marks_them(product: Product) -> None:
    models = httpx.get(f"{product.origin}/api/models").json()["models"]
    marks = {model["id"]: model["isForbidden"] for model in models}
    assert marks[FLASH]
    assert not marks["qwen/qwen3-32b"]
