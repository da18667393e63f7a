"""The page of one model: what it holds for whichever address."""

import re
from html import unescape
from typing import Any

import pytest
from reflex.istate.data import RouterData

from hcai_app.docs.examples import calls
from hcai_app.errors import Unavailable
from hcai_app.services.models import facts
from hcai_app.services.models.catalog import Catalog
from hcai_app.settings import load_settings
from hcai_app.ui.state import model
from hcai_app.ui.state.base import serving as serving_worker
from hcai_app.ui.state.model import ModelState
from hcai_app.worker.context import Worker
from tests.services.books import until
from tests.ui.state.tabs import root_of

TAGS = re.compile("<[^>]+>")


async def until_listed(catalog: Catalog) -> None:
    """Wait for the list of models: a page waits for a first one no longer than some seconds."""
    catalog.refresh_if_stale()
    await until(lambda: catalog.age_s is not None, 30)


async def opened(path: str) -> ModelState:
    root = root_of("")
    given: dict[str, Any] = {
        "headers": {"origin": "http://localhost"},
        "token": "t",
        "pathname": "/models/[author]/[slug]",
        "asPath": path,
    }
    root.router = RouterData.from_router_data(given)
    state = await root.get_state(ModelState)
    await until_listed(serving_worker().catalog)
    await ModelState.load_model.fn(state)
    return state


@pytest.mark.usefixtures("serving")
async def test_a_model_is_shown_to_everybody() -> None:
    state = await opened("/models/qwen/qwen3-32b/")
    shown = state.model
    assert (state.status, state.title) == (model.FOUND, "Qwen3 32B · HCAI")
    assert (shown.id, shown.maker, shown.context) == ("qwen/qwen3-32b", "Alibaba", "41k")
    assert [(price.what, price.price) for price in shown.prices] == [
        ("What you send", "$0.08"),
        ("What it writes", "$0.24"),
    ]
    assert not state.is_signed_in


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/models/qwen/qwen3-32b", "chat"),
        ("/models/google/gemini-2.5-flash-image", "image"),
        ("/models/openai/text-embedding-3-large", "embedding"),
    ],
)
async def test_the_examples_fit_the_kind_of_model(path: str, kind: calls.Kind) -> None:
    shown = (await opened(path)).model
    on_windows = shown.examples.pop(1)
    assert (on_windows.language, shown.id in on_windows.html) == ("powershell", True)
    assert [example.language for example in shown.examples] == list(calls.LANGUAGES)
    for example in shown.examples:
        text = unescape(TAGS.sub("", example.html))
        base = f"{load_settings().origin}/proxy/v1"
        assert text == calls.call(kind, example.language, model=shown.id, base=base)


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    ("path", "id_"),
    [
        ("/models/qwen/qwen3-32b%3Afree", "qwen/qwen3-32b:free"),
        ("/models/qwen/qwen3-32b:nitro?q=1", "qwen/qwen3-32b"),
    ],
)
async def test_variants_have_pages_too(path: str, id_: str) -> None:
    state = await opened(path)
    assert state.status in {model.FOUND, model.MISSING}
    if state.status == model.FOUND:
        assert state.model.id == id_


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize("name", ["qwen/qwen3-33b", "qwen/" + "x" * 5000, "a/<script>", "x/%00"])
async def test_a_model_that_is_not_offered_names_the_nearest(name: str) -> None:
    state = await opened(f"/models/{name}")
    assert state.status == model.MISSING
    assert len(state.asked) <= model.MAX_NAME
    assert len(state.nearest) <= 3
    if name == "qwen/qwen3-33b":
        assert state.nearest[0] == "qwen/qwen3-32b"


async def test_without_a_catalogue_it_says_so(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("The list of models is not there yet.")

    assert serving
    monkeypatch.setattr(facts, "facts", away)
    state = await opened("/models/qwen/qwen3-32b")
    assert (state.status, state.problem) == (model.FAILED, "The list of models is not there yet.")


@pytest.mark.usefixtures("serving")
async def test_the_next_page_does_not_begin_with_this_model() -> None:
    state = await opened("/models/qwen/qwen3-32b")
    ModelState.leave.fn(state)
    assert (state.status, state.model.id, state.title) == (model.LOADING, "", model.TITLE)
