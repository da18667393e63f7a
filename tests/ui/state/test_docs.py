"""The docs' search: what a tab is shown, and what its address keeps."""

import pytest
from reflex.istate.data import RouterData

from hcai_app.docs.search import MAX_QUERY
from hcai_app.ui.state.docs import DocsState
from tests.ui.state.tabs import root_of


def at(path: str, state: DocsState) -> None:
    """Have a tab stand at an address."""
    given = {"headers": {"origin": "http://localhost"}, "token": "t", "asPath": path}
    state.router = RouterData.from_router_data({**given, "pathname": "/docs"})


async def looked_for(words: str) -> tuple[DocsState, str]:
    state = await root_of("").get_state(DocsState)
    return state, str(DocsState.search.fn(state, words))


async def test_what_is_found_says_where_it_stands_and_the_address_keeps_the_words() -> None:
    state, done = await looked_for("cancelling stream")
    first = state.found[0]
    assert (first.anchor, first.title, first.chapter) == ("chat-cancelling", "Cancelling", "Chat")
    assert any(piece.is_marked for one in state.found for piece in one.pieces)
    assert "/docs?q=cancelling+stream" in done


@pytest.mark.parametrize(
    ("words", "said"), [("", ""), ("zebra", "0 places"), ("cancelling stream", "One place")]
)
async def test_how_many_places_there_are_is_said(words: str, said: str) -> None:
    state, _ = await looked_for(words)
    assert state.count == said


async def test_enter_leads_to_the_first_place_and_empties_the_search() -> None:
    state, _ = await looked_for("cancelling")
    assert "#chat-cancelling" in str(DocsState.go_first.fn(state)[-1])
    nothing, _ = await looked_for("zebra")
    assert DocsState.go_first.fn(nothing) == []
    DocsState.clear.fn(state)
    assert (state.query, state.found) == ("", [])


@pytest.mark.usefixtures("serving")
async def test_the_field_stays_as_it_is_unless_the_address_brings_other_words() -> None:
    """Somebody types into it before the page's first event is answered."""
    state, _ = await looked_for("")
    at("/docs", state)
    await DocsState.open_page.fn(state)
    assert (state.query, state.visits) == ("", 0)
    at("/docs?q=zebra", state)
    await DocsState.open_page.fn(state)
    assert (state.query, state.visits) == ("zebra", 1)
    at("/docs", state)
    await DocsState.open_page.fn(state)
    assert (state.query, state.visits) == ("", 2)


async def test_words_have_an_end_and_are_no_script() -> None:
    state, done = await looked_for("</script>'\"" + "z" * 100_000)
    assert len(state.query) == MAX_QUERY
    assert "</script>" not in done
