from hcai_app.services.live.watching import Due, Live, Tab
from tests.services.books import entry
from tests.services.leavings import left_in


def tab(token: str, user_id: str = "ada") -> Tab:
    return Tab(token, user_id, f"session of {user_id}", "24h", "model")


def test_every_tab_of_a_user_has_a_call_shown_once() -> None:
    live = Live()
    live.watch(tab("one"))
    live.watch(tab("two"))
    live.watch(tab("other", "bob"))
    live.hear([entry(user_id="ada", started_at_ms=7), entry(user_id="ada", started_at_ms=5)])
    assert live.has_news.is_set()
    assert sorted(live.take_due(), key=lambda due: due.tab.token) == [
        Due(tab("one"), 5),
        Due(tab("two"), 5),
    ]
    assert live.take_due() == []
    assert not live.has_news.is_set()


def test_calls_that_nobody_watches_are_not_kept() -> None:
    live = Live()
    live.hear([entry(user_id="ada")])
    live.watch(tab("other", "bob"))
    live.hear([entry(user_id="ada")])
    live.watch(tab("one"))
    assert live.take_due() == []
    assert not live.has_news.is_set()


def test_a_tab_that_could_not_be_shown_its_news_comes_again_with_all_it_missed() -> None:
    live = Live()
    live.watch(tab("slow"))
    live.touch("ada", 5)
    (due,) = live.take_due()
    live.miss(due)
    live.touch("ada", 9)
    assert live.take_due() == [Due(tab("slow"), 5)]


def test_a_tab_that_subscribed_anew_is_not_taken_back() -> None:
    live = Live()
    live.watch(tab("one"))
    live.touch("ada", 5)
    (due,) = live.take_due()
    live.watch(tab("one"))
    live.miss(due)
    assert live.take_due() == []


def test_a_closed_tab_leaves_nothing_behind() -> None:
    live = Live()
    empty = left_in(live)
    for name in ("one", "two"):
        live.watch(tab(name))
        live.touch("ada", 5)
        live.miss(live.take_due()[0])
        live.touch("ada", 5)
        live.keep({"another"})
    live.leave("never seen")
    assert left_in(live) == empty
