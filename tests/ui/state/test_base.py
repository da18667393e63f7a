"""What every page knows of its visitor."""

import pytest

from hcai_app.errors import Unavailable
from hcai_app.ui.state.base import SiteState
from hcai_app.worker.context import Worker
from tests.ui.state.tabs import root_of, sign_in


async def away(*_: object) -> None:
    raise ConnectionRefusedError


async def test_a_page_that_cannot_tell_who_opens_it_says_so(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await (await sign_in(serving)).open(SiteState)
    with monkeypatch.context() as patch:
        patch.setattr(serving.database._reader, "run", away)
        await state.load()
        assert not state.is_known
        assert state.trouble == "Your session cannot be reached just now; try again soon."
    await state.load()
    assert (state.is_known, state.is_signed_in, state.trouble) == (True, True, "")
    with monkeypatch.context() as patch:
        patch.setattr(serving.database._reader, "run", away)
        with pytest.raises(Unavailable):  # a toast: what is shown stays
            await state.load()
    assert state.is_signed_in


async def test_a_stranger_is_known_to_be_one() -> None:
    state = await root_of("").get_state(SiteState)
    await state.load()
    assert (state.is_known, state.is_signed_in, state.trouble) == (True, False, "")
