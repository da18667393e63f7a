"""Which open tabs have somebody signed in: a session that ends darkens every one of them.

Calls have nothing to do with this; the tabs that watch figures are in `live`.
"""

import asyncio
from collections.abc import Container
from dataclasses import dataclass
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Seat:
    """A browser tab, who sits before it, and by which session."""

    token: str
    user_id: str
    session_id: str | None


S = TypeVar("S", bound=Seat)


class Seats(Generic[S]):
    """Tabs by token and by user; who has no tab any more is not remembered."""

    def __init__(self) -> None:
        self.by_token: dict[str, S] = {}
        self._of_user: dict[str, set[str]] = {}

    def put(self, seat: S) -> None:
        """Note a tab; what was noted of it before is replaced."""
        self.drop(seat.token)
        self.by_token[seat.token] = seat
        self._of_user.setdefault(seat.user_id, set()).add(seat.token)

    def drop(self, token: str) -> S | None:
        """Forget a tab; return what was noted of it."""
        seat = self.by_token.pop(token, None)
        if seat is not None:
            others = self._of_user[seat.user_id]
            others.discard(token)
            if not others:
                del self._of_user[seat.user_id]
        return seat

    def of_user(self, user_id: str) -> set[str]:
        """Return the tokens of a user's tabs."""
        return self._of_user.get(user_id, set())

    @property
    def users(self) -> list[str]:
        """Everybody who has a tab."""
        return list(self._of_user)


class Present:
    """The signed-in tabs of one worker; a tab leaves nothing behind."""

    def __init__(self) -> None:
        self._seats: Seats[Seat] = Seats()
        self._doubted: set[str] = set()
        self.doubts = 0  # that were ever raised, about anybody
        self.has_doubts = asyncio.Event()

    def __len__(self) -> int:
        return len(self._seats.by_token)

    def sit(self, seat: Seat, doubts: int) -> None:
        """Note who sits before a tab; `doubts` is how many there were before one looked.

        A session may end while it is looked up: then it is looked up once more.
        """
        self._seats.put(seat)
        if self.doubts != doubts:
            self.doubt(seat.user_id)

    def leave(self, token: str) -> bool:
        """Forget a tab; tell whether somebody sat there."""
        seat = self._seats.drop(token)
        if seat is not None and not self._seats.of_user(seat.user_id):
            self._doubted.discard(seat.user_id)
        return seat is not None

    def keep(self, open_tokens: Container[str]) -> None:
        """Forget the tabs that are not open any more."""
        for token in list(self._seats.by_token):
            if token not in open_tokens:
                self.leave(token)

    def doubt(self, user_id: str) -> None:
        """Have a user's sessions looked at again: something about the user has changed."""
        self.doubts += 1
        if self._seats.of_user(user_id):
            self._doubted.add(user_id)
            self.has_doubts.set()

    def take_doubted(self) -> list[Seat]:
        """Hand out the tabs whose sessions may have ended."""
        self.has_doubts.clear()
        doubted, self._doubted = self._doubted, set()
        by_token = self._seats.by_token
        return [by_token[token] for user_id in doubted for token in self._seats.of_user(user_id)]
