"""Who watches their own figures just now, and what they have not been shown yet.

Readers read absolute figures, so of a committed call only two things matter: whose it is, and when
it started. What nobody watches costs a look into an empty dictionary.
"""

import asyncio
from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass

from hcai_app.services.call import LedgerEntry
from hcai_app.services.live.tabs import Seat, Seats


@dataclass(frozen=True, slots=True)
class Tab(Seat):
    """A browser tab that watches its user's figures, in the range and grouping it shows."""

    range: Hashable
    group: Hashable


@dataclass(frozen=True, slots=True)
class Due:
    """A tab that has something to be shown: whatever has changed since the moment."""

    tab: Tab
    since_ms: int


class Live:
    """The watching tabs of one worker; a tab leaves nothing behind."""

    def __init__(self) -> None:
        self._tabs: Seats[Tab] = Seats()
        self._touched: dict[str, int] = {}  # user -> the earliest start of what is new
        self._missed: dict[str, int] = {}  # tab -> the earliest start of what it could not be shown
        self.has_news = asyncio.Event()
        self.tell_others: Callable[[str, int], None] = lambda _user_id, _since_ms: None

    def __len__(self) -> int:
        return len(self._tabs.by_token)

    @property
    def tokens(self) -> list[str]:
        """The tabs that watch."""
        return list(self._tabs.by_token)

    def watch(self, tab: Tab) -> None:
        """Let a tab hear from now on; what it watched before is replaced."""
        self.leave(tab.token)
        self._tabs.put(tab)

    def leave(self, token: str) -> None:
        """Forget a tab."""
        self._missed.pop(token, None)
        tab = self._tabs.drop(token)
        if tab is not None and not self._tabs.of_user(tab.user_id):
            self._touched.pop(tab.user_id, None)

    def keep(self, open_tokens: Container[str]) -> None:
        """Forget the tabs that are not open any more."""
        for token in self.tokens:
            if token not in open_tokens:
                self.leave(token)

    def hear(self, entries: Iterable[LedgerEntry]) -> None:
        """Note what this worker has committed."""
        for entry in entries:
            self.note(entry.user_id, entry.started_at_ms)

    def note(self, user_id: str, since_ms: int) -> None:
        """Note that this worker has changed a user's figures, and have the others told."""
        self.tell_others(user_id, since_ms)
        self.touch(user_id, since_ms)

    def touch(self, user_id: str, since_ms: int) -> None:
        """Note that figures of a user have changed since the moment."""
        if self._tabs.of_user(user_id):
            self._touched[user_id] = min(since_ms, self._touched.get(user_id, since_ms))
            self.has_news.set()

    def touch_all(self, since_ms: int) -> None:
        """Note that everybody's figures have changed: a new day, or others were not heard."""
        for user_id in self._tabs.users:
            self.touch(user_id, since_ms)

    def take_due(self) -> list[Due]:
        """Hand out the tabs that have something to be shown; they count as shown then."""
        self.has_news.clear()
        touched, self._touched = self._touched, {}
        missed, self._missed = self._missed, {}
        for user_id, since_ms in touched.items():
            for token in self._tabs.of_user(user_id):
                missed[token] = min(since_ms, missed.get(token, since_ms))
        return [Due(self._tabs.by_token[token], since_ms) for token, since_ms in missed.items()]

    def is_current(self, tab: Tab) -> bool:
        """Tell whether a tab still watches what it did; else it was shown newer figures since."""
        return self._tabs.by_token.get(tab.token) is tab

    def miss(self, due: Due) -> None:
        """Take a tab back that could not be shown its news; the next round brings them."""
        token = due.tab.token
        if self.is_current(due.tab):
            self._missed[token] = min(due.since_ms, self._missed.get(token, due.since_ms))
            self.has_news.set()
