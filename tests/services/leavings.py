"""What an object holds on to."""

from typing import Any


def left_in(thing: object) -> dict[str, Any]:
    """Every dictionary and set of an object, and of the objects of ours that it holds."""
    held: dict[str, Any] = {}
    for name, value in vars(thing).items():
        if isinstance(value, (dict, set)):
            held[name] = value.copy()
        elif type(value).__module__.startswith("hcai_app."):
            held[name] = left_in(value)
    return held
