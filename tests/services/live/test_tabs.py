from hcai_app.services.live.tabs import Due, Tab, Tabs
from tests.services.books import entry
from tests.services.leavings import left_in


def tab(token: str, user_id: str = "ada") -> Tab:
    return Tab(token, user_id, f"session of {user_id}")


def watching(token: str, user_id: str = "ada") -> Tab:
    return Tab(token, user_id, f"session of {user_id}", ("24h", "model"))


def opened(*tabs: Tab) -> Tabs:
    registry = Tabs()
    for one in tabs:
        registry.open(one, registry.rechecks)
    return registry


def test_only_the_tabs_of_the_user_who_changed_are_rechecked() -> None:
    tabs = opened(tab("one"), watching("other", "bob"))
    tabs.recheck("somebody who is not here")
    assert not tabs.has_news.is_set()
    tabs.recheck("ada")
    assert tabs.has_news.is_set()
    assert tabs.take_rechecks() == [tab("one")]
    assert tabs.take_rechecks() == []
    assert not tabs.has_due


def test_whose_session_ends_while_it_is_looked_up_is_rechecked() -> None:
    tabs = Tabs()
    rechecks = tabs.rechecks
    tabs.recheck("ada")  # before the tab is known
    tabs.open(tab("one"), rechecks)
    assert tabs.take_rechecks() == [tab("one")]


def test_a_tab_that_turns_to_another_page_is_rechecked_all_the_same() -> None:
    tabs = opened(watching("one"))
    tabs.recheck("ada")
    tabs.open(tab("one"), tabs.rechecks)
    assert tabs.take_rechecks() == [tab("one")]


def test_a_tab_that_changes_its_user_is_the_next_ones_alone() -> None:
    tabs = opened(tab("one"), tab("one", "bob"))
    tabs.recheck("ada")
    assert tabs.take_rechecks() == []
    tabs.recheck("bob")
    assert tabs.take_rechecks() == [tab("one", "bob")]


def test_every_tab_of_a_user_has_a_call_shown_once() -> None:
    tabs = opened(watching("one"), watching("two"), tab("three"), watching("other", "bob"))
    tabs.hear([entry(user_id="ada", started_at_ms=7), entry(user_id="ada", started_at_ms=5)])
    assert tabs.has_news.is_set()
    assert sorted(tabs.take_due(), key=lambda due: due.tab.token) == [
        Due(watching("one"), 5),
        Due(watching("two"), 5),
    ]
    assert tabs.take_due() == []
    assert not tabs.has_due


def test_calls_that_nobody_watches_are_not_kept() -> None:
    tabs = Tabs()
    tabs.hear([entry(user_id="ada")])
    tabs.open(watching("other", "bob"))
    tabs.open(tab("one"))
    tabs.hear([entry(user_id="ada")])
    tabs.open(watching("one"))
    assert tabs.take_due() == []
    assert not tabs.has_news.is_set()


def test_other_workers_are_told_of_what_changed_here_and_of_nothing_else() -> None:
    told: list[tuple[str, int]] = []
    tabs = Tabs(lambda *change: told.append(change))
    tabs.hear([entry(user_id="ada", started_at_ms=5)])
    tabs.hear_settled(entry(user_id="ada", started_at_ms=7))
    tabs.note("bob", 9)
    tabs.open(watching("one"))
    tabs.touch("ada", 11)
    tabs.touch_all(13)
    assert told == [("ada", 5), ("ada", 7), ("bob", 9)]


def test_a_tab_that_could_not_be_shown_its_news_comes_again_with_all_it_missed() -> None:
    tabs = opened(watching("slow"))
    tabs.touch("ada", 5)
    (due,) = tabs.take_due()
    tabs.miss(due)
    tabs.touch("ada", 9)
    assert tabs.take_due() == [Due(watching("slow"), 5)]


def test_a_tab_that_shows_something_else_by_now_is_not_taken_back() -> None:
    tabs = opened(watching("one"))
    for turn_away in (lambda: tabs.open(watching("one")), lambda: tabs.unwatch("one")):
        tabs.touch("ada", 5)
        (due,) = tabs.take_due()
        turn_away()
        tabs.miss(due)
        assert tabs.take_due() == []
    assert (len(tabs), tabs.watching) == (1, 0)


def test_a_closed_tab_leaves_nothing_behind() -> None:
    tabs = Tabs()
    empty = left_in(tabs)
    for one in (tab("one"), watching("two"), tab("other", "bob"), watching("third", "eve")):
        tabs.open(one)
    tabs.recheck("ada")
    tabs.touch("ada", 5)
    tabs.touch("eve", 5)
    for due in tabs.take_due():
        tabs.miss(due)
    tabs.touch("ada", 5)
    tabs.keep({"other"})
    assert len(tabs) == 1
    assert (tabs.take_rechecks(), tabs.take_due()) == ([], [])
    assert tabs.close("other")
    assert not tabs.close("other")
    assert not tabs.close("never seen")
    tabs.unwatch("never seen")
    assert left_in(tabs) == empty
