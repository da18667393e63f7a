"""Maps what is measured of a model to words."""

from hcai_app import formatting
from hcai_app.services.usage.speeds import Share, Speed, Speeds
from hcai_app.ui.view_models.models import MeasureView

TOO_FEW = "too few calls to say"


def first(speed: Speed) -> str:
    """Return the time to the first token; nothing when it is not known."""
    return "" if speed.first_ms is None else formatting.ms(speed.first_ms)


def pace(speed: Speed) -> str:
    """Return the tokens a second; nothing when they are not known."""
    if speed.tokens_per_s is None:
        return ""
    return f"{formatting.count(max(1, round(speed.tokens_per_s)))} tok/s"


def in_short(speed: Speed) -> str:
    """Return the times in one line, as far as they are known; of pictures the whole alone."""
    if speed.first_ms is None and speed.tokens_per_s is None:
        return "" if speed.whole_ms is None else f"answers in {formatting.ms(speed.whole_ms)}"
    begins = f"first word {first(speed)}" if speed.first_ms is not None else ""
    return " · ".join(filter(None, (begins, pace(speed))))


def all_in_short(speeds: Speeds) -> dict[str, str]:
    """Return the line of every model that has one."""
    lines = {model: in_short(speed) for model, speed in speeds.of_models.items()}
    return {model: line for model, line in lines.items() if line}


def paces(speeds: Speeds) -> dict[str, float]:
    """Return the tokens a second of every model of which they are known."""
    known = speeds.of_models.items()
    return {model: it.tokens_per_s for model, it in known if it.tokens_per_s is not None}


def measures(speed: Speed, kind: str) -> list[MeasureView]:
    """Return what is measured of a model; nothing when that is too little to say anything."""
    known = speed.first_ms, speed.whole_ms, speed.tokens_per_s
    if not (speed.week.is_enough or any(one is not None for one in known)):
        return []
    times = _of_texts(speed) if kind == "chat" else [_whole(speed)]
    return [*times, _share("Worked, 24 hours", speed.day), _share("Worked, 7 days", speed.week)]


def _of_texts(speed: Speed) -> list[MeasureView]:
    return [
        _measure("First token", first(speed), "the median of streams"),
        _measure("Writes", pace(speed), "tokens a second, the median"),
    ]


def _whole(speed: Speed) -> MeasureView:
    known = "" if speed.whole_ms is None else formatting.ms(speed.whole_ms)
    return _measure("Answers in", known, "the median")


def _share(name: str, share: Share) -> MeasureView:
    if not share.is_enough:
        return _measure(name, "", "")
    good = formatting.reliability(share.requests - share.failures, share.requests)
    return _measure(name, good, f"of {formatting.count(share.requests)} calls")


def _measure(name: str, value: str, hint: str) -> MeasureView:
    return MeasureView(name, value or formatting.NOTHING, hint if value else TOO_FEW)
