"""What libraries log while we serve: where it broke and how, never with what.

Reflex, Socket.IO and uvicorn write down what they were given when something breaks: an event with
its payload, somebody's session, the queue with everybody's. And whoever sends them rubbish chooses
how often. So each place of theirs is logged a few times a minute, without its words, and an
exception by its type and its stack.
"""

import asyncio
import logging
import time
import traceback
from typing import Any

log = logging.getLogger(__name__)

LIBRARIES = ("reflex", "reflex_base", "reflex_components_core", "engineio", "socketio")
SERVER = "uvicorn.error"
# Functions that tell of what is no fault: a tab that was closed while something was on its way.
ORDINARY = {"emit_update"}
MOST_A_MINUTE = 5
MINUTE_S = 60.0


def quieten() -> None:
    """Filter the libraries' loggers of this process, and what its event loop catches."""
    known = logging.root.manager.loggerDict
    for name in [*LIBRARIES, *known]:
        if name.partition(".")[0] in LIBRARIES:
            _filter(name, Wordless())
    _filter(SERVER, Wordless(keeps_words=True))
    _filter(__name__, Wordless(keeps_words=True))
    asyncio.get_running_loop().set_exception_handler(_note)


def _filter(name: str, wanted: "Wordless") -> None:
    logger = logging.getLogger(name)
    if not any(isinstance(one, Wordless) for one in logger.filters):
        logger.addFilter(wanted)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody caught; `context` also has a message, which quotes what ran."""
    fault = context.get("exception")
    log.error("nobody caught %s", _told(fault) if fault else "a fault of the event loop")


def _told(fault: BaseException) -> str:
    """Return an exception's type and stack, without what it says."""
    stack = "".join(traceback.format_tb(fault.__traceback__))
    return f"{type(fault).__name__}\n{stack}".rstrip()


class Wordless(logging.Filter):
    """Passes a few records a minute of each place, without what they quote."""

    def __init__(self, *, keeps_words: bool = False) -> None:
        super().__init__()
        self._keeps_words = keeps_words
        self._minute = 0.0
        self._counts: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged, after taking its words."""
        if record.levelno < logging.WARNING:
            return True
        if record.funcName in ORDINARY or not self._is_rare(record):
            return False
        if record.exc_info and record.exc_info[1]:
            record.exc_text = _told(record.exc_info[1])
        if not self._keeps_words:
            record.msg = f"{record.name}: something in {record.funcName}, line {record.lineno}"
            record.args = ()
        return True

    def _is_rare(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now - self._minute >= MINUTE_S:
            self._minute, self._counts = now, {}
        place = (record.pathname, record.lineno)
        self._counts[place] = self._counts.get(place, 0) + 1
        return self._counts[place] <= MOST_A_MINUTE
