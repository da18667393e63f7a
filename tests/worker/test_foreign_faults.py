"""What libraries write down when something of theirs breaks, and what nobody caught."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from hcai_app.worker import foreign_faults

SECRET = "ses_0123 and a prompt"


@pytest.fixture(autouse=True)
async def quiet() -> Any:
    """Filters as a worker has them, of this test's own."""
    before = {name: list(logging.getLogger(name).filters) for name in known()}
    foreign_faults.quieten()
    yield
    for name in known():
        logging.getLogger(name).filters[:] = before.get(name, [])


def known() -> Iterator[str]:
    roots = (*foreign_faults.LIBRARIES, "uvicorn", "hcai_app")
    names = [*roots, *logging.root.manager.loggerDict, foreign_faults.SERVER]
    return (name for name in names if name.partition(".")[0] in roots)


def fail(text: str) -> None:
    raise ValueError(text)


def blame(logger: logging.Logger, text: str) -> None:
    try:
        fail(text)
    except ValueError:
        logger.exception("Error with %s", text)


def written(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(caplog.handler.format(record) for record in caplog.records)


@pytest.mark.attack
@pytest.mark.parametrize("name", ["reflex", "reflex_base", "engineio", "socketio"])
async def test_a_library_says_where_it_broke_and_not_with_what(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    blame(logging.getLogger(name), SECRET)
    assert SECRET not in written(caplog)
    for part in (f"{name}: something in blame", "ValueError", "test_foreign_faults.py"):
        assert part in written(caplog)


@pytest.mark.attack
async def test_a_place_is_logged_a_few_times_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(50):
        logging.getLogger("reflex").warning("bad frame %s", number)
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        logging.getLogger("hcai_app.other").warning("ours %s", number)
    assert caplog.text.count("something in test_a_place") == foreign_faults.MOST_A_MINUTE
    assert caplog.text.count("Invalid HTTP request") == foreign_faults.MOST_A_MINUTE
    assert caplog.text.count("ours") == 50


@pytest.mark.attack
async def test_the_server_names_a_fault_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("uvicorn.error")
    try:
        fail(SECRET)
    except ValueError:
        logger.exception("Exception in ASGI application\n")
    assert SECRET not in written(caplog)
    assert "Exception in ASGI application" in written(caplog)
    assert "ValueError" in written(caplog)


@pytest.mark.attack
async def test_what_nobody_caught_is_named_without_what_it_held(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(fail, SECRET)
    future = loop.create_future()
    future.add_done_callback(lambda _future: fail(SECRET))
    future.set_result(SECRET)
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.sleep(1), 0.05)
    assert SECRET not in written(caplog)
    assert written(caplog).count("nobody caught ValueError") == 2
    assert "in fail" in written(caplog)


async def test_a_delta_for_a_closed_tab_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    def emit_update() -> None:
        logging.getLogger("reflex").warning("to disconnected client %s", SECRET)

    emit_update()
    assert written(caplog) == ""
