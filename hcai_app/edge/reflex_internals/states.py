"""Private APIs of Reflex: where states are kept, in memory or in Redis."""

import asyncio
from contextlib import suppress

import reflex as rx
from redis.exceptions import RedisError
from reflex.constants import StateManagerMode
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis

SUBSCRIBE_AGAIN_S = 1.0

# The values of the configuration's `state_manager_mode`, which is an enum that `rx` does not name.
STATES_IN_MEMORY, STATES_IN_REDIS = StateManagerMode.MEMORY, StateManagerMode.REDIS


def has_states_in_memory(app: rx.App) -> bool:
    """Return whether states expire in this process; Redis keeps them by itself."""
    return isinstance(app.state_manager, StateManagerMemory)


async def touch_states(app: rx.App, token: str) -> None:
    """Renew the expiry of a tab's states by reading them."""
    await app.state_manager.get_state(rx.BaseStateToken(ident=token, cls=rx.State))


def subscribe_for_good() -> None:
    """Have Reflex subscribe to its locks in Redis again, however long Redis was away.

    By itself it gives up after five failures, and a stop then raises the last of them.
    """
    subscribe = StateManagerRedis._subscribe_lock_updates

    async def subscribe_again(self: StateManagerRedis) -> None:
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                await subscribe(self)
            await asyncio.sleep(SUBSCRIBE_AGAIN_S)

    StateManagerRedis._subscribe_lock_updates = subscribe_again
