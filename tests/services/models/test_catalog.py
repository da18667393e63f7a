import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.errors import InvalidRequest, NotFound, Unavailable, UpstreamFailed
from hcai_app.services.models import catalog as catalog_module
from hcai_app.services.models.catalog import EMBEDDING_PATH, LANGUAGE_PATH, Catalog
from hcai_app.services.models.prices import (
    FALLBACK_COMPLETION,
    FALLBACK_PROMPT,
    MAX_ASSUMED_OUTPUT,
    Prices,
    estimate,
    prices_from,
)

CHEAP = {
    "id": "a/cheap",
    "pricing": {"prompt": "0.000001", "completion": "0.000002", "request": "0.01"},
    "top_provider": {"max_completion_tokens": 1_000},
    "context_length": 2_000,
}


EMBEDDER = {"id": "e/embed", "architecture": {"output_modalities": ["embeddings"]}}


async def refreshed() -> None:
    """Wait for what runs in the background: a copy that is fetched again."""
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


class Source:
    """The provider's lists, and how often they were asked for."""

    def __init__(self, *models: Any) -> None:
        self.models = list(models) or [CHEAP, {"id": "a/dear"}]
        self.embedders = [EMBEDDER]
        self.unserved = {"a/dear"}
        self.fetches: list[str] = []
        self.error: Exception | None = None

    async def __call__(self, path: str) -> list[Any]:
        self.fetches.append(path)
        await asyncio.sleep(0.01)
        if self.error:
            raise self.error
        return self.models if path == LANGUAGE_PATH else self.embedders

    async def endpoints(self, model: str) -> bytes | None:
        self.fetches.append(model)
        await asyncio.sleep(0.01)
        if self.error:
            raise self.error
        return None if model in self.unserved else f"endpoints of {model}".encode()


def catalog_of(source: Source, *language: str) -> Catalog:
    names = list(language) or ["a/dear", "a/cheap"]
    image, embedding = ["a/cheap", "i/image"], ["e/embed"]
    return Catalog(source, source.endpoints, language=names, image=image, embedding=embedding)


async def names_of(catalog: Catalog) -> list[str]:
    return [model["id"] for model in await catalog.language_models()]


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    ahead = [0.0]
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + ahead[0])
    return ahead


async def test_allowed_models_come_in_the_configured_order() -> None:
    catalog = catalog_of(Source({"id": "x/other"}, CHEAP, {"id": "a/dear"}))
    assert catalog.chat_models == ["a/dear", "a/cheap", "i/image"]
    assert await names_of(catalog) == ["a/dear", "a/cheap"]
    assert await catalog.embedders() == [EMBEDDER]


async def test_a_star_lists_all_models_of_its_kind_behind_the_named_ones() -> None:
    source = Source({"id": "x/other"}, CHEAP, {"id": "a/dear"}, {**EMBEDDER, "id": "e/other"})
    assert await names_of(catalog_of(source, "*", "a/dear")) == ["a/dear", "a/cheap", "x/other"]
    everything = Catalog(source, source.endpoints, language=[], image=["*"], embedding=["*"])
    assert await names_of(everything) == ["x/other", "a/cheap", "a/dear"]
    assert [model["id"] for model in await everything.embedders()] == ["e/other", "e/embed"]


async def test_many_who_ask_at_once_share_one_fetch() -> None:
    source = Source()
    catalog = catalog_of(source)
    await asyncio.gather(*(catalog.language_models() for _ in range(50)))
    assert source.fetches == [LANGUAGE_PATH, EMBEDDING_PATH]
    await asyncio.gather(*(catalog.endpoints("a/cheap") for _ in range(50)))
    assert source.fetches[2:] == ["a/cheap"]


async def test_one_who_gives_up_does_not_spoil_it_for_the_others() -> None:
    catalog = catalog_of(Source())
    impatient = asyncio.create_task(catalog.language_models())
    patient = asyncio.create_task(catalog.language_models())
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(await patient) == 2


async def test_a_stale_copy_is_served_while_a_new_one_comes(moved: list[float]) -> None:
    source = Source()
    catalog = catalog_of(source)
    assert len(await catalog.language_models()) == 2
    source.models = [CHEAP]
    moved[0] = catalog_module.FRESH_S + 1
    assert len(await catalog.language_models()) == 2
    await refreshed()
    assert len(await catalog.language_models()) == 1
    assert len(source.fetches) == 4


@pytest.mark.parametrize("error", [UpstreamFailed("down"), RecursionError(), ValueError("odd")])
async def test_while_the_provider_is_down_the_last_copy_serves_on(
    moved: list[float], error: Exception
) -> None:
    source = Source()
    catalog = catalog_of(source)
    await catalog.language_models()
    source.error = error
    moved[0] = 10 * catalog_module.FRESH_S
    for _ in range(20):
        assert len(await catalog.language_models()) == 2
        await asyncio.sleep(0.005)
    assert len(source.fetches) == 3  # and is not asked again at every call
    source.error = None
    moved[0] += catalog_module.RETRY_S
    catalog.refresh_if_stale()
    await refreshed()
    assert len(source.fetches) == 5


async def test_an_empty_list_replaces_no_copy(moved: list[float]) -> None:
    source = Source()
    catalog = catalog_of(source)
    whole = await catalog.language_models()
    for models, embedders in (([], []), ([], [EMBEDDER]), ([CHEAP], [])):
        source.models, source.embedders = list(models), list(embedders)
        moved[0] += 2 * catalog_module.FRESH_S
        assert await catalog.language_models() == whole
        await refreshed()
        assert await catalog.language_models() == whole
        assert await catalog.embedders() == [EMBEDDER]


async def test_a_provider_that_never_answered_is_503_and_calls_go_on() -> None:
    source = Source()
    source.error = UpstreamFailed("down")
    catalog = catalog_of(source)
    for ask in (catalog.language_models(), catalog.embedders(), catalog.model("a/cheap")):
        with pytest.raises(Unavailable):
            await ask
    assert catalog.prices_of("a/cheap") == Prices()
    catalog.check_allowed("a/cheap", catalog.chat_models)


async def test_nobody_waits_long_for_a_first_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_module, "PATIENCE_S", 0.05)
    asked: list[str] = []

    async def hang(path: str) -> list[Any]:
        asked.append(path)
        await asyncio.Event().wait()
        return []

    catalog = Catalog(hang, Source().endpoints, language=["a/b"], image=[], embedding=[])
    async with asyncio.timeout(5):
        waiting = [catalog.language_models() for _ in range(50)]
        errors = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(error) for error in errors} == {Unavailable}
    assert len(asked) == 1


async def test_one_model_is_found_by_its_id_or_with_any_variant_that_may_be_asked() -> None:
    source = Source(CHEAP, {"id": "a/cheap:free"}, {"id": "x/other"})
    catalog = catalog_of(source)
    assert await catalog.model("a/cheap") == CHEAP
    assert await catalog.model("a/cheap:nitro") == CHEAP
    assert await catalog.model("a/cheap:extended") == CHEAP
    assert await catalog.model("a/cheap:free") == {"id": "a/cheap:free"}
    assert await catalog.model("e/embed") == EMBEDDER
    for name in ("x/other", "a/dear", "a/cheap:", "a/", "no slash", "a/b/c"):
        with pytest.raises(NotFound):
            await catalog.model(name)


async def test_endpoints_are_kept_model_by_model(moved: list[float]) -> None:
    source = Source()
    catalog = catalog_of(source)
    for name in ("a/cheap", "a/cheap:nitro", "a/cheap"):
        assert await catalog.endpoints(name) == b"endpoints of a/cheap"
    assert await catalog.endpoints("e/embed") == b"endpoints of e/embed"
    for _ in range(2):  # the provider does not know it: that is kept, too
        with pytest.raises(NotFound):
            await catalog.endpoints("a/dear")
    assert source.fetches[2:] == ["a/cheap", "e/embed", "a/dear"]
    source.error, source.unserved = UpstreamFailed("down"), {"a/cheap"}
    for _ in range(2):
        moved[0] += 2 * catalog_module.FRESH_S
        assert await catalog.endpoints("a/cheap") == b"endpoints of a/cheap"
        await refreshed()
        assert await catalog.endpoints("a/cheap") == b"endpoints of a/cheap"
        source.error = None  # but a sudden 404 for what is listed


async def test_odd_entries_spoil_no_others() -> None:
    odd = [
        {"id": "o/1", "pricing": [], "top_provider": "x", "context_length": True},
        {"id": "o/2", "pricing": {"prompt": {}, "completion": "free"}, "top_provider": None},
        {"id": "o/3", "pricing": {"prompt": "NaN", "completion": "1e999999"}},
        {"id": None},
        {"name": "no id"},
        {"id": "no slash"},
        {"id": "../a/cheap"},
    ]
    catalog = catalog_of(Source(*odd, CHEAP), "o/1", "o/2", "o/3", "a/cheap")
    assert await names_of(catalog) == ["o/1", "o/2", "o/3", "a/cheap"]
    assert catalog.prices_of("o/1") == Prices()


async def test_a_variant_is_allowed_and_priced_as_its_base() -> None:
    catalog = catalog_of(Source())
    await catalog.language_models()
    for variant in ("free", "nitro", "online", "thinking"):
        catalog.check_allowed(f"a/cheap:{variant}", catalog.chat_models)
        assert catalog.prices_of(f"a/cheap:{variant}").prompt == 1_000


@pytest.mark.parametrize(
    "model",
    [
        "A/Cheap",
        "a/cheap ",
        " a/cheap",
        "a/cheap\n",
        "a/cheap:free:online",
        "a/cheap:",
        "a/cheap:FREE",
        "a/cheap/",
        "/a/cheap",
        "a//cheap",
        "../a/cheap",
        "a/cheap,a/dear",
        "a/cheap#x",
        "cheap",
        "",
        "x" * 10_000,
        "@preset/a",
        "a/cheap@preset/b",
        "openrouter/auto",
        "a/cheap\0",
        "а/cheap",  # a Cyrillic letter
    ],
)
def test_any_other_spelling_is_refused_with_the_nearest_that_are_allowed(model: str) -> None:
    catalog = catalog_of(Source())
    with pytest.raises(InvalidRequest) as refusal:
        catalog.check_allowed(model, catalog.chat_models, "models")
    assert refusal.value.param == "models"
    assert set(refusal.value.metadata["nearest"]) <= set(catalog.chat_models)  # type: ignore[index]
    assert len(refusal.value.message) < 500


def test_with_everything_allowed_a_name_must_still_be_one() -> None:
    catalog = catalog_of(Source(), "*")
    catalog.check_allowed("any/model-1.5:free", catalog.chat_models)
    for odd in ("auto", "@preset/a", "a/b c", "a/b/c"):
        with pytest.raises(InvalidRequest):
            catalog.check_allowed(odd, catalog.chat_models)


async def test_with_everything_allowed_the_nearest_are_those_of_the_catalogue() -> None:
    catalog = catalog_of(Source(CHEAP, {"id": "a/dear"}, {"id": "x/other"}), "*")
    for is_loaded in (False, True):
        with pytest.raises(InvalidRequest) as refusal:
            catalog.check_allowed("a cheap", catalog.chat_models)
        assert "*" not in refusal.value.message
        assert refusal.value.metadata is not None
        if is_loaded:
            assert refusal.value.metadata["nearest"][0] == "a/cheap"
            assert "x/other" in refusal.value.metadata["nearest"]
        await catalog.language_models()


def test_prices_are_read_in_nano_dollars_a_unit() -> None:
    prices = prices_from(CHEAP)
    assert (prices.prompt, prices.completion, prices.request) == (1_000, 2_000, 10_000_000)
    assert (prices.max_output, prices.context) == (1_000, 2_000)
    dynamic = prices_from({"pricing": {"prompt": "-1", "completion": "-1"}})
    assert (dynamic.prompt, dynamic.completion) == (FALLBACK_PROMPT, FALLBACK_COMPLETION)
    tiny = prices_from({"pricing": {"prompt": "0.00000000001", "completion": "0"}})
    assert (tiny.prompt, tiny.completion) == (1, 0)  # rounded up; free stays free


def test_an_estimate_counts_input_and_output() -> None:
    prices = Prices(prompt=10, completion=100, request=7, max_output=0, context=0)
    assert estimate(prices, body_bytes=400, max_tokens=50) == 101 * 10 + 50 * 100 + 7
    assert estimate(prices, body_bytes=0, max_tokens=None) == 10 + MAX_ASSUMED_OUTPUT * 100 + 7
    assert estimate(prices, body_bytes=0, max_tokens=50, answers=3) == 10 + 150 * 100 + 7


def test_an_estimate_stays_within_what_the_model_can_do() -> None:
    prices = prices_from(CHEAP)
    most = 2_000 * 1_000 + 1_000 * 2_000 + 10_000_000
    assert estimate(prices, body_bytes=10**9, max_tokens=10**9) == most


@given(st.integers(0, 2**26), st.none() | st.integers(1, 10**40), st.integers(1, 128))
def test_no_request_makes_an_estimate_that_the_books_cannot_hold(
    body_bytes: int, max_tokens: int | None, answers: int
) -> None:
    figure = estimate(Prices(), body_bytes=body_bytes, max_tokens=max_tokens, answers=answers)
    assert 1 <= figure < 2**53


async def test_a_star_lets_in_only_what_is_fit_and_the_refusal_says_why() -> None:
    source = Source(CHEAP, {"id": "google/gemini-2.5-flash"})
    catalog = Catalog(
        source,
        source.endpoints,
        language=["*"],
        image=["*"],
        embedding=["*"],
        is_fit=lambda model: not model.startswith("google/"),
    )
    listed = [model["id"] for model in await catalog.language_models()]
    assert listed == ["a/cheap"]
    catalog.check_allowed("qwen/qwen3-32b", catalog.chat_models)
    with pytest.raises(InvalidRequest, match="rule out under-18s") as refused:
        catalog.check_allowed("google/gemini-2.5-pro:free", catalog.chat_models)
    assert not any(name.startswith("google/") for name in refused.value.metadata["nearest"])
    with pytest.raises(NotFound):
        await catalog.model("google/gemini-2.5-flash")
    with pytest.raises(InvalidRequest) as unknown:
        catalog.check_allowed("", catalog.chat_models)
    assert "under-18s" not in unknown.value.message
