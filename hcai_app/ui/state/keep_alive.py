"""How long the states of tabs are kept in memory: while the tab is open, and a little longer.

Reflex forgets a state that nothing has touched for a while (`rxconfig`), whether its tab is open or
not. So the open ones are touched, and the while is short: closed tabs soon take no memory.
"""

import asyncio

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory

TOUCH_S = 30.0


async def keep_open_tabs(app: rx.App) -> None:
    """Touch the states of open tabs, for ever; a lifespan task. Redis keeps states by itself."""
    while isinstance(app.state_manager, StateManagerMemory):
        await asyncio.sleep(TOUCH_S)
        for token in list(app.event_namespace.token_to_sid if app.event_namespace else ()):
            await app.state_manager.get_state(rx.BaseStateToken(ident=token, cls=rx.State))
