"""The calls that run on this worker: how many a user has, and how to end them from outside."""

import asyncio
from dataclasses import dataclass

from hcai_app.errors import HcaiError, RateLimited
from hcai_app.services.calls import Caller


@dataclass(slots=True, eq=False)
class Slot:
    """A running call's place; `cut_by` is set before its task is cancelled from outside."""

    caller: Caller
    task: asyncio.Task[None]
    cut_by: HcaiError | None = None

    def cut(self, error: HcaiError) -> None:
        """End the call with an error; the first reason holds."""
        if self.cut_by is None:
            self.cut_by = error
            self.task.cancel()


class Running:
    """All running calls of this worker, by user."""

    def __init__(self, max_per_user: int) -> None:
        self._max_per_user = max_per_user
        self._slots: dict[str, set[Slot]] = {}

    def __len__(self) -> int:
        return sum(len(slots) for slots in self._slots.values())

    def enter(self, caller: Caller) -> Slot:
        """Give the current task's call a place, without asking whether there is room.

        The place is taken before any limit is asked, so that a ban or a revocation reaches the
        call from its first moment on.
        """
        task = asyncio.current_task()
        assert task is not None, "calls run in tasks"
        slot = Slot(caller, task)
        self._slots.setdefault(caller.user_id, set()).add(slot)
        return slot

    def check_room(self, caller: Caller) -> None:
        """Refuse a call over the user's limit of running ones.

        Raises:
            RateLimited: When too many run already.
        """
        if len(self._slots[caller.user_id]) > self._max_per_user:
            raise RateLimited(
                f"You have {self._max_per_user} calls running, which is the most at once; "
                "wait for one to end.",
                1,
            )

    def leave(self, slot: Slot) -> None:
        """Give the place back."""
        slots = self._slots[slot.caller.user_id]
        slots.discard(slot)
        if not slots:
            del self._slots[slot.caller.user_id]

    def cut(self, user_id: str, key_id: str | None, error: HcaiError) -> None:
        """End the calls of a user, or only those of one key."""
        for slot in list(self._slots.get(user_id, ())):
            if key_id in (None, slot.caller.key_id):
                slot.cut(error)

    def cut_all(self, error: HcaiError) -> None:
        """End every call: the worker stops."""
        for slots in list(self._slots.values()):
            for slot in list(slots):
                slot.cut(error)
