"""The settings of a conversation: how they are shown, which models take them, what may be sent."""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast

AS_IT_LIKES = ("", "As the model likes")
EFFORTS = (AS_IT_LIKES, ("none", "Off"), ("low", "Low"), ("medium", "Medium"), ("high", "High"))
LENGTHS = (AS_IT_LIKES, ("low", "Short"), ("medium", "Medium"), ("high", "Long"))
SHAPES = (AS_IT_LIKES, *((it, it) for it in ("1:1", "4:3", "3:4", "16:9", "9:16")))
MAX_NUMBER = 2**53 - 1  # that every reader of JSON takes
FORMS = (("", "Text"), ("json_object", "JSON"))


@dataclass(frozen=True)
class Setting:
    """One setting; a range rests where it changes nothing."""

    name: str
    label: str
    kind: Literal["range", "number", "choice", "text", "json"]
    takes: tuple[str, ...] = ()  # the provider's names of parameters: a model must list one
    choices: tuple[tuple[str, str], ...] = ()
    min: float = 0
    max: float | None = None
    step: float = 1
    rest: float = 0
    usual: bool = False  # shown first; the others are folded away
    hint: str = ""
    for_pictures: bool = False  # taken by every model that draws


SETTINGS = (
    Setting("aspect_ratio", "Shape", "choice", choices=SHAPES, usual=True, for_pictures=True),
    Setting(
        "temperature",
        "Temperature",
        "range",
        takes=("temperature",),
        max=2,
        step=0.1,
        rest=1,
        usual=True,
        hint="0 keeps to the likeliest words, 2 is wild.",
    ),
    Setting(
        "max_tokens",
        "Longest answer",
        "number",
        takes=("max_tokens", "max_completion_tokens"),
        min=1,
        usual=True,
        hint="In tokens; a token is about four letters.",
    ),
    Setting(
        "reasoning_effort",
        "Reasoning",
        "choice",
        takes=("reasoning", "reasoning_effort"),
        choices=EFFORTS,
        usual=True,
        hint="How long it may think before it answers.",
    ),
    Setting(
        "verbosity",
        "Length of answers",
        "choice",
        takes=("verbosity",),
        choices=LENGTHS,
        usual=True,
    ),
    Setting(
        "response_format",
        "Form of the answer",
        "choice",
        takes=("response_format",),
        choices=FORMS,
        hint="For JSON, say in a message what should be in it.",
    ),
    Setting(
        "top_p",
        "Top P",
        "range",
        takes=("top_p",),
        max=1,
        step=0.05,
        rest=1,
        hint="Only the likeliest words that make up this share.",
    ),
    Setting(
        "top_k",
        "Top K",
        "number",
        takes=("top_k",),
        hint="Only so many of the likeliest words.",
    ),
    Setting("min_p", "Min P", "range", takes=("min_p",), max=1, step=0.05),
    Setting(
        "frequency_penalty",
        "Frequency penalty",
        "range",
        takes=("frequency_penalty",),
        min=-2,
        max=2,
        step=0.1,
        hint="Above 0 it repeats itself less.",
    ),
    Setting(
        "presence_penalty",
        "Presence penalty",
        "range",
        takes=("presence_penalty",),
        min=-2,
        max=2,
        step=0.1,
        hint="Above 0 it looks for new topics.",
    ),
    Setting(
        "repetition_penalty",
        "Repetition penalty",
        "range",
        takes=("repetition_penalty",),
        max=2,
        step=0.05,
        rest=1,
    ),
    Setting(
        "seed",
        "Seed",
        "number",
        takes=("seed",),
        hint="The same number brings nearly the same answer.",
    ),
    Setting("stop", "Stop at", "text", takes=("stop",), hint="It stops before it writes this."),
    Setting("tools", "Tools", "json", takes=("tools",)),
    Setting("schema", "Schema of the answer", "json", takes=("structured_outputs",)),
)


def chosen(given: dict[str, Any], parameters: Sequence[str], *, draws: bool) -> dict[str, Any]:
    """Return what was sensibly chosen of the settings that a model takes, by their names."""
    return dict(_chosen(given, parameters, draws=draws))


def _chosen(
    given: dict[str, Any], parameters: Sequence[str], *, draws: bool
) -> Iterator[tuple[str, Any]]:
    for setting in SETTINGS:
        is_taken = draws if setting.for_pictures else not set(setting.takes).isdisjoint(parameters)
        value = given.get(setting.name)
        if is_taken and value not in (None, ""):
            with suppress(ValueError, TypeError, RecursionError):  # it makes no sense
                yield setting.name, _value(setting, value)


def _value(setting: Setting, given: Any) -> Any:
    """Return a value as it is sent; raise ValueError or TypeError when it makes no sense."""
    if setting.kind == "text":
        return str(given)
    if setting.kind == "json":
        return _filled(json.loads(given))
    if setting.kind == "choice":
        return setting.choices[[name for name, _ in setting.choices].index(given)][0]
    number = float(given)
    if not math.isfinite(number):
        raise ValueError(given)
    within = max(setting.min, min(number, MAX_NUMBER if setting.max is None else setting.max))
    return round(within) if setting.step == 1 else within


def _filled(value: Any) -> Any:
    if isinstance(value, dict | list) and value:
        return cast(Any, value)
    raise ValueError("it holds nothing")
