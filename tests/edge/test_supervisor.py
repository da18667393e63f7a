"""When a worker counts as hung: soon once it serves, late while it loads."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from hcai_app.edge.supervisor import HUNG_TICKS, LOADING_TICKS, _Place
from hcai_app.worker.supervisor_link import WorkerState

Line = tuple[_Place, Connection]


@pytest.fixture
def line() -> Iterator[Line]:
    """A place whose worker has just told that it lives, and that worker's end of the line."""
    place = _Place(1, lambda _number, _line: None)
    place._line, worker = multiprocessing.Pipe()
    worker.send(WorkerState(is_serving=False))
    assert place.listen()
    yield place, worker
    place._line.close()
    worker.close()


def ticks_until_hung(place: _Place) -> int:
    ticks = 1
    while place.listen():
        ticks += 1
    return ticks


def test_a_worker_that_loads_on_a_busy_machine_is_waited_for(line: Line) -> None:
    assert ticks_until_hung(line[0]) > LOADING_TICKS


def test_a_worker_that_serves_and_falls_silent_is_hung_soon(line: Line) -> None:
    place, worker = line
    worker.send(WorkerState(is_serving=True))
    assert place.listen()
    assert ticks_until_hung(place) == HUNG_TICKS + 1
