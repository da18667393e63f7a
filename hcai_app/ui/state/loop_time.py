"""Measures how long work occupies the event loop, without its waits."""

import time
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Meter:
    """Adds up the seconds in which work really ran."""

    def __init__(self) -> None:
        self.spent_s = 0.0

    @coroutine
    def over(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Run the work, and count its time."""
        error: BaseException | None = None
        while True:
            began = time.perf_counter()
            try:
                awaited = work.throw(error) if error else work.send(None)
            except StopIteration as end:
                return end.value
            finally:
                self.spent_s += time.perf_counter() - began
            error = None
            try:
                yield awaited
            except BaseException as raised:  # cancelled: the work must hear of it
                error = raised
