"""How long the states of tabs are kept in memory: while the tab is open, and a little longer.

Reflex forgets a state that nothing has touched for a while (`rxconfig`), whether its tab is open or
not. So the open ones are touched, and the while is short: closed tabs soon take no memory. This has
its own loop: it knows neither users nor figures, and with Redis it is not needed at all.
"""

import asyncio

import reflex as rx

from hcai_app.edge.reflex_internals import sockets, states

# Seconds between touches: well below the two minutes after which a state is forgotten.
TOUCH_S = 30.0


async def keep_open_tabs(app: rx.App) -> None:
    """Touch the states of open tabs, as long as the worker runs; a lifespan task."""
    while states.has_states_in_memory(app):
        await asyncio.sleep(TOUCH_S)
        for token in list(sockets.open_tabs(app)):
            await states.touch_states(app, token)
