"""No hang outlives its test by more than a moment: what pytest-timeout cannot end, ends here.

pytest-timeout raises its exception once, in whatever runs at that moment. A task of an event loop
keeps it to itself, and after it the loop waits for tasks that ignore their end, or for a thread.
So a clock that needs no Python prints where everything stands and ends the process: pytest-xdist
tells which test that was and goes on with another process. (pytest has such a clock of its own,
but stops it at a test's first failure.)
"""

import faulthandler
import os

import pytest

# Beyond a test's own time: what was started for many tests is stopped after the last of them.
CLEAN_UP_S = 150.0
EXIT_S = 60.0
# Standard error itself: while a test runs, that name leads into what pytest captures.
STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STDERR] = os.dup(2)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _end_after(item.config, _seconds(item) + CLEAN_UP_S)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _end_after(item.config, CLEAN_UP_S)


def pytest_runtest_logfinish() -> None:
    faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give threads and what runs at a process's exit their time, too."""
    if not session.config.option.usepdb:
        _end_after(session.config, EXIT_S)


def _seconds(item: pytest.Item) -> float:
    """How long pytest-timeout lets a test run."""
    marker = item.get_closest_marker("timeout")
    given = marker.args[0] if marker else item.config.getini("timeout")
    return float(given or 0)


def _end_after(config: pytest.Config, seconds: float) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=config.stash[STDERR])
