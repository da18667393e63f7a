"""The page of everyone: sums of all, names of none."""

from hcai_app import clock
from hcai_app.services.ledger import rollups
from hcai_app.services.ledger.rollups import Rollups
from hcai_app.services.models import colors as palette
from hcai_app.ui.state.everyone import BOARD, EveryoneState
from hcai_app.worker.context import Worker
from tests.ui.state.tabs import root_of, sign_in


async def book(serving: Worker, model: str, calls: int, days_ago: int = 0, user: str = "u") -> None:
    at = clock.now_ms() - days_ago * clock.MS_PER_DAY
    amount = rollups.Amount(user, "key", model, at, (calls, 0, 0, 0, calls * 1_000, calls * 10**6))
    await serving.database.write(lambda it: Rollups("w").add(it, [amount]), "sums")


async def test_anybody_sees_the_numbers(serving: Worker) -> None:
    ada = await sign_in(serving)
    await book(serving, "m/a", 300, user=ada.user_id)
    await book(serving, "m/b", 100, days_ago=29)
    await book(serving, "m/c", 1_000, days_ago=30)
    root = root_of("")
    state = await root.get_state(EveryoneState)
    await state.open_page()
    assert (state.phase, state.is_signed_in) == ("ready", False)
    site = state.site
    assert (site.requests, site.tokens, site.cost, site.people) == ("1,400", "1.4M", "$1.40", "2")
    assert (state.frame.count, state.peak, state.in_days) == (30, "300", "400")
    bars = [*state.bars, *state.live_bars]
    assert [bars[place].words for place in (0, 1, -1)] == ["b 100", "nothing", "a 300"]
    assert [(line.label, line.total) for line in state.frame.legend] == [("a", "300"), ("b", "100")]
    assert [(place.model, place.share, place.percent) for place in state.board] == [
        ("m/a", "75%", 100.0),
        ("m/b", "25%", 33.3),
    ]
    assert ada.user_id not in str(root.get_delta())


async def test_the_board_has_ten_places_each_with_its_colour(serving: Worker) -> None:
    for number in range(12):
        await book(serving, f"m/{number}", 100 - number)
    state = await root_of("").get_state(EveryoneState)
    await state.open_page()
    assert [place.model for place in state.board] == [f"m/{number}" for number in range(BOARD)]
    colors = [
        place.color for place in state.board if place.color != palette.color_of(palette.OTHER)
    ]
    assert len(set(colors)) == len(colors) == palette.CHART_COLORS


async def test_before_the_first_call_the_page_says_so(serving: Worker) -> None:
    state = await root_of("").get_state(EveryoneState)
    await state.open_page()
    assert (state.phase, state.site.has_calls, state.board) == ("ready", False, [])
