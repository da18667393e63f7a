"""Calls in flight on this worker: limit per user, and cancellation from outside."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from hcai_app.errors import HcaiError, RateLimited
from hcai_app.services.call import Caller


@dataclass(slots=True, eq=False)
class Slot:
    """A running call's place.

    A context manager: what ends the call from outside (`cut`) is raised in it as the error that it
    is, and no cancellation of anybody else's.
    """

    caller: Caller
    task: asyncio.Task[Any] | None
    cut_by: HcaiError | None = None

    def cut(self, error: HcaiError) -> None:
        """End the call with an error; the first reason holds."""
        if self.cut_by is None:
            self.cut_by = error
            if self.task is not None:
                self.task.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is asyncio.CancelledError and self.cut_by is not None:
            if self.task is not None:
                self.task.uncancel()
            raise self.cut_by from None


class InFlight:
    """All running calls of this worker, by user."""

    def __init__(self, max_per_user: int) -> None:
        self._max_per_user = max_per_user
        self._slots: dict[str, set[Slot]] = {}
        self._emptied: asyncio.Event | None = None

    def __len__(self) -> int:
        return sum(len(slots) for slots in self._slots.values())

    def enter(self, caller: Caller) -> Slot:
        """Give the current task's call a place, without asking whether there is room.

        The place is taken before any limit is asked, so that a ban or a revocation reaches the
        call from its first moment on.
        """
        slot = Slot(caller, asyncio.current_task())
        self._slots.setdefault(caller.user_id, set()).add(slot)
        return slot

    def check_room(self, caller: Caller) -> None:
        """Refuse a call over the user's limit of running ones.

        Raises:
            RateLimited: When too many run already.
        """
        if len(self._slots[caller.user_id]) > self._max_per_user:
            raise too_many(self._max_per_user)

    def leave(self, slot: Slot) -> None:
        """Give the place back."""
        slots = self._slots[slot.caller.user_id]
        slots.discard(slot)
        if not slots:
            del self._slots[slot.caller.user_id]
        if not self._slots and self._emptied is not None:
            self._emptied.set()

    async def empty(self) -> None:
        """Wait until no call runs any more."""
        self._emptied = asyncio.Event()
        if self._slots:
            await self._emptied.wait()

    def has(self, user_id: str) -> bool:
        """Return whether the user has calls running here."""
        return user_id in self._slots

    def cut(self, user_id: str, reason: Callable[[Caller], HcaiError | None]) -> int:
        """End those calls of a user for which there is a reason; return how many."""
        slots = self._slots.get(user_id, ())
        ended = [(slot, error) for slot in slots if (error := reason(slot.caller)) is not None]
        for slot, error in ended:
            slot.cut(error)
        return len(ended)

    def cut_where(self, reason: Callable[[Caller], HcaiError | None]) -> None:
        """End those calls of all users for which there is a reason."""
        for user_id in list(self._slots):
            self.cut(user_id, reason)

    def cut_all(self, error: HcaiError) -> None:
        """End every call: the worker stops."""
        for slots in list(self._slots.values()):
            for slot in list(slots):
                slot.cut(error)


def too_many(most: int) -> RateLimited:
    """Return the refusal of a call over the user's limit of running ones."""
    return RateLimited(
        f"You have {most} calls running, which is the most at once; wait for one to end.", 1
    )
