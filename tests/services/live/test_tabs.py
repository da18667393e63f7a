from hcai_app.services.live.tabs import Present, Seat
from tests.services.leavings import left_in


def seat(token: str, user_id: str = "ada") -> Seat:
    return Seat(token, user_id, f"session of {user_id}")


def sit(present: Present, *seats: Seat) -> None:
    for one in seats:
        present.sit(one, present.doubts)


def test_only_the_tabs_of_the_user_in_doubt_are_looked_at() -> None:
    present = Present()
    sit(present, seat("one"), seat("other", "bob"))
    present.doubt("ada")
    present.doubt("somebody who is not here")
    assert present.has_doubts.is_set()
    assert present.take_doubted() == [seat("one")]
    assert present.take_doubted() == []
    assert not present.has_doubts.is_set()


def test_whose_session_ends_while_it_is_looked_up_is_looked_at_again() -> None:
    present = Present()
    doubts = present.doubts
    present.doubt("ada")  # before the tab is known
    present.sit(seat("one"), doubts)
    assert present.take_doubted() == [seat("one")]


def test_a_tab_that_changes_its_user_is_the_next_ones_alone() -> None:
    present = Present()
    sit(present, seat("one"), seat("one", "bob"))
    present.doubt("ada")
    assert present.take_doubted() == []
    present.doubt("bob")
    assert present.take_doubted() == [seat("one", "bob")]


def test_a_closed_tab_leaves_nothing_behind() -> None:
    present = Present()
    empty = left_in(present)
    sit(present, seat("one"), seat("two"), seat("other", "bob"))
    present.doubt("ada")
    present.keep({"other"})
    assert len(present) == 1
    assert present.take_doubted() == []
    assert present.leave("other")
    assert not present.leave("other")
    assert left_in(present) == empty
