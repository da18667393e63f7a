"""What is measured of a model, in words."""

from hcai_app.services.usage.speeds import Share, Speed, Speeds
from hcai_app.ui.state import speed_view
from hcai_app.ui.view_models.models import MeasureView

KNOWN = Speed(420, 2_300, 91.6, Share(30, 1), Share(1_200, 1))


def test_a_text_model_tells_its_first_token_its_pace_and_how_often_it_worked() -> None:
    assert speed_view.measures(KNOWN, "chat") == [
        MeasureView("First token", "420 ms", "the median of streams"),
        MeasureView("Writes", "92 tok/s", "tokens a second, the median"),
        MeasureView("Worked, 24 hours", "96.6%", "of 30 calls"),
        MeasureView("Worked, 7 days", "99.9%", "of 1,200 calls"),
    ]


def test_a_model_that_draws_tells_how_long_an_answer_takes() -> None:
    first = speed_view.measures(KNOWN, "image")[0]
    assert first == MeasureView("Answers in", "2.3 s", "the median")


def test_too_few_calls_are_said_to_be_too_few() -> None:
    shown = speed_view.measures(Speed(first_ms=420, week=Share(6, 0)), "chat")
    assert [one.value for one in shown] == ["420 ms", "–", "–", "–"]
    assert {one.hint for one in shown[1:]} == {speed_view.TOO_FEW}
    assert speed_view.measures(Speed(week=Share(6, 0)), "chat") == []


def test_only_what_never_failed_is_a_hundred_percent() -> None:
    def told(failures: int) -> str:
        return speed_view.measures(Speed(week=Share(10_000, failures)), "chat")[-1].value

    assert [told(failures) for failures in (0, 1, 10_000)] == ["100%", "99.9%", "0%"]


def test_a_model_without_a_pace_has_none_to_be_ordered_by() -> None:
    assert speed_view.paces(Speeds({"a/b": KNOWN, "a/c": Speed()})) == {"a/b": 91.6}


def test_a_picker_has_one_line_for_a_model_that_was_called_enough() -> None:
    known = {
        "a/writes": KNOWN,
        "a/draws": Speed(whole_ms=2_300),
        "a/begins": Speed(first_ms=420, whole_ms=2_300),
        "a/new": Speed(week=Share(6, 0)),
    }
    assert speed_view.all_in_short(Speeds(known)) == {
        "a/writes": "first word 420 ms · 92 tok/s",
        "a/draws": "answers in 2.3 s",
        "a/begins": "first word 420 ms",
    }
