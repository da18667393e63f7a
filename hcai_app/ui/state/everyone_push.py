"""Keeps the open tabs of /global up to date: each worker's one loop, for signed-in people and not.

What everybody sees is read once a round, whatever the number of tabs.
"""

import asyncio
import logging
from typing import Any

import reflex as rx

from hcai_app.edge.reflex_internals import sockets
from hcai_app.errors import HcaiError
from hcai_app.services.usage.everyone import SiteUse
from hcai_app.services.usage.latest_calls import PublicCall
from hcai_app.ui.state.base import serving
from hcai_app.ui.state.everyone import PAGE_PATH, EveryoneState, show
from hcai_app.ui.state.loop_time import Meter
from hcai_app.worker import context

log = logging.getLogger(__name__)

# Seconds between rounds; and times what a round took, so that calls hardly notice a crowd.
ROUND_S, PAUSE = 1.0, 15
LONGEST_S = 10.0
# Seconds for one tab: a state that cannot be reached stops no other.
TIMEOUT_S = 5.0

Shown = tuple[SiteUse, tuple[PublicCall, ...]]


async def pushing(app: rx.App) -> None:
    """Show every open tab what everybody does now, as long as the worker runs; a lifespan task."""
    shown: dict[str, Shown] = {}  # what each tab has, by its token
    while True:
        meter = Meter()
        try:
            await hold_round(app, shown, meter)
        except HcaiError as error:  # the database is away
            log.debug("what everybody does is not shown: %s", error.message)
        except Exception:
            log.exception("a round of what everybody does failed")
        await asyncio.sleep(min(max(ROUND_S, PAUSE * meter.spent_s), LONGEST_S))


async def hold_round(app: rx.App, shown: dict[str, Shown], meter: Meter) -> None:
    """Show what has changed to the tabs that have not seen it."""
    opened = context.current()
    watching = opened.tabs.take_onlookers(sockets.open_tabs(app)) if opened else []
    for token in shown.keys() - watching:
        del shown[token]
    if not watching:
        return
    readings = serving().readings
    now: Shown = (await readings.everyone.get(), await readings.latest_calls.get())
    due = [token for token in watching if shown.get(token) != now]
    shown |= dict.fromkeys(due, now)
    await asyncio.gather(*(meter.over(_try_to_show(app, token, now)) for token in due))


async def _try_to_show(app: rx.App, token: str, now: Shown) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await _show(app, token, now)
    except Exception:
        log.warning("a tab of everyone's page could not be updated", exc_info=True)


async def _show(app: rx.App, token: str, now: Shown) -> None:
    whole: Any = rx.BaseStateToken(ident=token, cls=EveryoneState)
    async with app.modify_state(whole) as root:
        state = await root.get_state(EveryoneState)
        if state.router.url.path.rstrip("/") == PAGE_PATH:
            show(state, *now)
        else:  # it shows another page now
            serving().tabs.look_away(token)
