import asyncio
from collections.abc import Iterator

import pytest
import uvloop

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS, scope="module")
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """Runs coroutines on asyncio's own loop, and on the one of `serve`."""
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as made:
        yield made
