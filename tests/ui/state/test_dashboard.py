from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hcai_app import clock, hashing
from hcai_app.errors import InvalidRequest, NotAuthenticated, Unavailable
from hcai_app.services.call import Outcome
from hcai_app.services.keys import keys
from hcai_app.services.models import colors
from hcai_app.services.people import sessions
from hcai_app.services.usage import dashboard as today
from hcai_app.ui.state import dashboard
from hcai_app.ui.state.chart import Chart
from hcai_app.ui.state.dashboard import DashboardState
from hcai_app.worker.context import Worker
from tests.services.books import Books, entry
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import Tab, root_of, sign_in

MODELS = "abcdefgh"


@pytest.fixture
async def books(serving: Worker, tmp_path: Path) -> AsyncIterator[Books]:
    made = Books(serving.database, tmp_path / "other-journal", "w2")
    yield made
    await made.close()


async def record(books: Books, tab: Tab, **more: object) -> None:
    await books.record(entry(user_id=tab.user_id, **more))


async def opened(tab: Tab) -> DashboardState:
    state = await tab.open(DashboardState)
    await state.load()
    return state


async def tick(state: DashboardState, tab: Tab, since_ms: int | None = None) -> None:
    pair = (state.range, state.group)
    since_ms = clock.now_ms() if since_ms is None else since_ms
    dashboard.show(state, await dashboard.read_snapshot(tab.user_id, [pair], since_ms))


def sums(state: DashboardState, since_ms: int = 0) -> dict[str, int]:
    """The calls in the chart's bars by name, of the buckets that begin then or later."""
    found: dict[str, int] = {}
    chart: Chart = state._chart
    for bar in [*state.bars, *state.live_bars]:
        if chart.origin_ms + bar.place * chart.bucket_ms >= since_ms:
            for part in bar.parts:
                name = state.chart_names[part.name].id
                found[name] = found.get(name, 0) + part.value
    return found


async def test_a_newcomer_sees_the_way_to_the_first_call(serving: Worker) -> None:
    state = await opened(await sign_in(serving))
    assert state.is_loaded
    assert (state.figures.left, state.figures.spent, state.figures.budget) == ("$4.00", "$0", "$4")
    assert (state.figures.has_key, state.figures.has_called) == (False, False)
    assert (state.latest, state.models, sums(state)) == ([], [], {})
    assert state.frame.is_empty


async def test_the_first_call_makes_the_chart_appear(serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    state = await opened(ada)
    await record(books, ada, model="a/b", cost=10**9, key_id=None)
    await tick(state, ada)
    assert state.figures.has_called
    assert (state.figures.left, state.figures.spent_percent) == ("$3.00", 25.0)
    assert [(call.model, call.key, call.cost) for call in state.latest] == [
        ("b", "Playground", "$1.00")
    ]
    assert [(use.model_id, use.share_percent) for use in state.models] == [("a/b", 100.0)]
    assert sums(state) == {"a/b": 1}


async def test_nothing_of_another_user_is_shown(serving: Worker, books: Books) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    await record(books, bob)
    state = await opened(ada)
    assert (state.latest, state.models, sums(state)) == ([], [], {})
    assert state.frame.is_empty
    assert not state.figures.has_called


async def test_nothing_that_is_sent_holds_a_secret(serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    made = await keys.issue(serving.database, "U1", "laptop", secret_key=SECRET, max_keys=1)
    await record(books, ada, key_id=made.id)
    state = await opened(ada)
    await state.choose_group("key")
    await tick(state, ada)
    told = ada.told()
    assert "laptop" in told
    for secret in (
        made.secret,
        hashing.keyed_hash(made.secret, SECRET),
        ada.cookie,
        sessions.id_of(ada.cookie, SECRET),
        ada.user_id,
    ):
        assert secret not in told


async def test_what_has_not_changed_is_not_sent_again(
    serving: Worker, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await sign_in(serving)
    now = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now)
    await record(books, ada, started_at_ms=now)
    state = await opened(ada)
    await tick(state, ada)
    ada.root._clean()
    await tick(state, ada)
    assert ada.told() == "{}"


async def test_bars_of_before_are_not_sent_with_a_call(
    serving: Worker, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.floor_ms(clock.now_ms(), clock.MS_PER_DAY) + 13 * clock.MS_PER_HOUR
    monkeypatch.setattr(clock, "now_ms", lambda: now)
    ada = await sign_in(serving)
    await record(books, ada, started_at_ms=now - 5 * clock.MS_PER_HOUR)
    state = await opened(ada)
    for age_ms, is_old in ((0, False), (6 * clock.MS_PER_HOUR, True)):
        ada.told()
        ada.root._clean()
        await record(books, ada, started_at_ms=now - age_ms)
        await tick(state, ada, now - age_ms)
        told = ada.told()
        assert "live_bars_rx_state_" in told or is_old
        assert ('"bars_rx_state_' in told) == is_old
    assert sums(state) == {"a/b": 3}


async def test_a_chart_goes_on_with_the_time_though_nobody_calls(
    serving: Worker, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [clock.now_ms()]
    monkeypatch.setattr(clock, "now_ms", lambda: moment[0])
    ada = await sign_in(serving)
    await record(books, ada, started_at_ms=moment[0])
    state = await opened(ada)
    await state.choose_range("5m")
    assert [line.total for line in state.frame.legend] == ["1"]
    before = state.frame.first
    moment[0] += 6 * clock.MS_PER_MINUTE
    state.move_chart()
    assert (state.frame.legend, state.frame.is_empty) == ((), True)
    assert state.frame.first == before + 72
    assert sums(state) == {}


async def test_times_are_those_of_the_readers_clock(
    serving: Worker, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = clock.floor_ms(clock.now_ms(), clock.MS_PER_DAY) + 12 * clock.MS_PER_HOUR
    monkeypatch.setattr(clock, "now_ms", lambda: noon)
    ada = await sign_in(serving)
    await record(books, ada, started_at_ms=noon)
    state = await opened(ada)
    assert state.live_bars[-1].span == "12:00–12:15"
    state.choose_zone(-330)
    assert state.live_bars[-1].span == "17:30–17:45"
    for forged in (10**9, -1441):
        state.choose_zone(forged)
    state.zone = "9" * 5_000
    await state.load()
    assert state.live_bars[-1].span == "12:00–12:15"


async def test_a_tab_looks_again_when_a_call_leaves_its_window(
    serving: Worker, books: Books
) -> None:
    ada = await sign_in(serving)
    state = await opened(ada)
    assert state.renews_in_ms == 0
    await serving.chat_limit.hit(ada.user_id)
    await record(books, ada)
    await tick(state, ada)
    left_ms = state.figures.window_reset_ms - state.now_ms
    assert 0 <= state.renews_in_ms - left_ms <= 5_000


async def test_a_tail_keeps_the_names_and_colours_of_its_chart(
    serving: Worker, books: Books
) -> None:
    ada = await sign_in(serving)
    for name in MODELS[:3]:
        await record(books, ada, model=f"m/{name}")
    state = await opened(ada)
    before = state.chart_names
    await record(books, ada, model="m/0")  # the first by the alphabet
    await tick(state, ada)
    after = state.chart_names
    assert after[:3] == before
    assert after[3].id == "m/0"
    assert len({name.color for name in after}) == 4
    assert sums(state) == {"m/a": 1, "m/b": 1, "m/c": 1, "m/0": 1}


async def test_more_models_than_colours_become_other(serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    for name in MODELS[:5]:
        await record(books, ada, model=f"m/{name}")
    state = await opened(ada)
    assert len(state.chart_names) == 5
    for name in MODELS[5:]:
        await record(books, ada, model=f"m/{name}")
    await tick(state, ada)
    names = state.chart_names
    assert [name.label for name in names[5:]] == ["f", "Other"]
    assert names[-1].color == colors.color_of(colors.OTHER)
    assert sums(state)["other"] == 2
    await tick(state, ada)
    assert state.chart_names == names


async def test_a_model_that_has_left_the_window_makes_room_for_another(
    serving: Worker, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now_ms()
    moment = [now]
    monkeypatch.setattr(clock, "now_ms", lambda: moment[0])
    ada = await sign_in(serving)
    state = await opened(ada)
    await state.choose_range("5m")
    for name in MODELS[:6]:
        await record(books, ada, model=f"m/{name}", started_at_ms=now)
    await tick(state, ada)
    before = state.chart_names
    assert len(before) == 6

    moment[0] = now + 4 * clock.MS_PER_MINUTE  # all six are in the window, three again
    for name in (*MODELS[:3], "g"):
        await record(books, ada, model=f"m/{name}", started_at_ms=moment[0])
    await tick(state, ada)
    assert sums(state, now + clock.MS_PER_MINUTE) == {"m/a": 1, "m/b": 1, "m/c": 1, "other": 1}

    moment[0] = now + 6 * clock.MS_PER_MINUTE  # the other three are not
    for name in ("g", "h", "a"):
        await record(books, ada, model=f"m/{name}", started_at_ms=moment[0])
    await tick(state, ada)
    since_ms = now + 5 * clock.MS_PER_MINUTE
    assert sums(state, since_ms) == {"m/a": 1, "m/g": 1, "m/h": 1}
    stayed = {name.id: (place, name.color) for place, name in enumerate(before)}
    after = {name.id: (place, name.color) for place, name in enumerate(state.chart_names)}
    assert set(after) - set(stayed) == {"m/g", "m/h", "other"}
    assert all(after[f"m/{name}"] == stayed[f"m/{name}"] for name in MODELS[:3])
    assert len({color for _, color in after.values()}) == len(after) == 7


async def test_a_chart_by_key_has_the_keys_names(serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    made = await keys.issue(serving.database, "U1", "laptop", secret_key=SECRET, max_keys=1)
    await record(books, ada, key_id=made.id)
    await record(books, ada, key_id=None)
    state = await opened(ada)
    await state.choose_group("key")
    assert {name.label for name in state.chart_names} == {"laptop", "Playground"}
    assert state._chart.group == "key"


@pytest.mark.parametrize("range", ["5m", "24h", "7d", "30d"])
async def test_every_range_shows_a_call_of_now(range: str, serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    state = await opened(ada)
    await state.choose_range(range)
    await record(books, ada)
    await tick(state, ada)
    assert state._chart.range == range
    assert sums(state) == {"a/b": 1}


async def test_a_snapshot_of_another_chart_leaves_the_chart_alone(
    serving: Worker, books: Books
) -> None:
    ada = await sign_in(serving)
    state = await opened(ada)
    before = state._chart
    snapshot = await dashboard.read_snapshot(ada.user_id, [("7d", "model")], 0)
    dashboard.show(state, snapshot)
    assert state._chart == before


async def test_a_choice_that_a_browser_forges_stops_nothing_but_the_chart(
    serving: Worker, books: Books
) -> None:
    ada = await sign_in(serving)
    state = await opened(ada)
    state.range, state.group = "bogus", ""
    await record(books, ada)
    dashboard.show(state, await dashboard.read_snapshot(ada.user_id, [("24h", "model")], 0))
    assert (state.figures.requests, sums(state)) == ("1", {})
    await state.choose_range("7d")
    assert sums(state) == {"a/b": 1}


@pytest.mark.parametrize("forged", ["1y", "", None, 5, ["24h"], {"a": 1}, "x" * 100_000])
async def test_forged_choices_are_refused(serving: Worker, forged: str) -> None:
    state = await opened(await sign_in(serving))
    for choose in (state.choose_range, state.choose_group):
        with pytest.raises(InvalidRequest):
            await choose(forged)
    with pytest.raises(InvalidRequest):
        state.choose_measure(forged)
    assert (state.range, state.group, state.measure) == ("24h", "model", "requests")


async def test_what_a_browser_has_kept_and_nobody_knows_is_put_right(serving: Worker) -> None:
    ada = await sign_in(serving)
    state = await ada.open(DashboardState)
    state.range, state.group, state.measure = "1y", "x" * 1_000, ""
    await state.load()
    assert (state.range, state.group, state.measure) == ("24h", "model", "requests")
    assert state.is_loaded


async def test_nobody_sees_a_dashboard_without_a_session(serving: Worker) -> None:
    state = await root_of("").get_state(DashboardState)
    await state.load()
    assert (state.is_signed_in, state.is_loaded) == (False, False)
    with pytest.raises(NotAuthenticated):
        await state.choose_range("7d")


async def test_a_database_that_is_away_is_a_problem_with_a_retry(
    serving: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await (await sign_in(serving)).open(DashboardState)

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("Your usage cannot be read just now; try again soon.")

    with monkeypatch.context() as patch:
        patch.setattr(today, "read", away)
        await state.load()
        assert not state.is_loaded
        assert "try again" in state.problem
    await state.load()
    assert state.is_loaded
    assert state.problem == ""
    with monkeypatch.context() as patch:
        patch.setattr(today, "read", away)
        serving.tabs.take_due()
        for again in (state.load(), state.choose_range("7d")):
            with pytest.raises(Unavailable):
                await again
            (due,) = serving.tabs.take_due()  # what happened meanwhile is pushed
            assert (due.tab.view, due.since_ms) == (("24h", "model"), 0)
    assert state.range == "24h"


async def test_outcomes_are_told_in_a_word(serving: Worker, books: Books) -> None:
    ada = await sign_in(serving)
    now = clock.now_ms()
    for age, outcome in enumerate(Outcome):
        await record(books, ada, outcome=outcome, started_at_ms=now - age)
    await record(books, ada, cost=None, started_at_ms=now - 100)
    state = await opened(ada)
    assert [call.problem for call in state.latest] == [
        "",
        "failed",
        "closed",
        "interrupted",
        "refused",
        "",
    ]
    assert state.latest[-1].cost == "pending"
