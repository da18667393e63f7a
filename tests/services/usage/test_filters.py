"""A filter out of an address's query, which anybody can write."""

import pytest

from hcai_app import clock
from hcai_app.errors import InvalidRequest
from hcai_app.services.call import Outcome
from hcai_app.services.usage import filters
from hcai_app.services.usage.filters import Filter

MAY = 1_777_593_600_000  # 2026-05-01


def test_nothing_given_wants_all() -> None:
    assert filters.parse({}) == filters.parse(dict.fromkeys(filters.NAMES, "")) == Filter()
    assert not Filter().is_narrow


def test_both_days_belong_to_the_filter() -> None:
    one_day = filters.parse({"from": "2026-05-01", "to": "2026-05-01"})
    assert (one_day.from_ms, one_day.until_ms) == (MAY, MAY + clock.MS_PER_DAY)
    assert not one_day.is_narrow


def test_days_out_of_all_reach_are_no_trouble() -> None:
    widest = filters.parse({"from": "0001-01-01", "to": "9999-12-31"})
    assert widest.from_ms == 0
    assert MAY < widest.until_ms <= filters.LAST_MS


def test_names_are_taken_as_they_are() -> None:
    wanted = filters.parse({"model": "a/b:free", "key": "playground", "outcome": "interrupted"})
    assert wanted == Filter("a/b:free", "playground", Outcome.INTERRUPTED)
    assert wanted.is_narrow


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "a\0b"),
        ("model", "\ud800"),
        ("model", "x" * 201),
        ("key", "a\nb"),
        ("outcome", "failed"),
        ("outcome", "COMPLETED"),
        ("from", "yesterday"),
        ("from", "2026-02-30"),
        ("to", "20260501"),
        ("to", "2026-W18-1"),
        ("to", "٢٠٢٦-٠٥-٠١"),
        ("to", "10000-01-01"),
        ("user_id", "usr_2"),
        ("x" * 1_000, "y"),
    ],
)
def test_what_is_none_of_ours_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        filters.parse({name: value})
    assert refused.value.param == name[:200]
    assert len(refused.value.message) < 400


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        filters.parse({"from": "2026-05-02", "to": "2026-05-01"})
