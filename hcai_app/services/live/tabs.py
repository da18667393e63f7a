"""The signed-in browser tabs of one worker: whose each is, and what it has not been shown yet.

A change of a user has their sessions rechecked. Readers read absolute figures, so of a committed
call only two things matter: whose it is, and when it started. A user without tabs costs a look into
an empty dictionary.
"""

import asyncio
from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass, replace

from hcai_app.services.call import LedgerEntry


@dataclass(frozen=True, slots=True)
class Tab:
    """A browser tab, who sits before it, by which session, and what it watches."""

    token: str
    user_id: str
    session_id: str | None
    view: Hashable | None = None  # which figures it shows of its page, if any
    page: str = ""  # the path of the live page that it shows


@dataclass(frozen=True, slots=True)
class Due:
    """A tab that has something to be shown: whatever has changed since the moment."""

    tab: Tab
    since_ms: int


def _nobody(_user_id: str, _since_ms: int) -> None:
    """Tell no other worker: there is none."""


class Tabs:
    """The registry of tabs; a tab that is closed leaves nothing behind."""

    def __init__(self, tell_others: Callable[[str, int], None] = _nobody) -> None:
        self._tell_others = tell_others
        self._by_token: dict[str, Tab] = {}
        self._tokens: dict[str, set[str]] = {}  # of each user
        self._to_recheck: set[str] = set()  # users
        self._changed: dict[str, int] = {}  # user -> the earliest start of what is new
        self._missed: dict[str, int] = {}  # tab -> the earliest start of what it was not shown
        self._onlookers: set[str] = set()  # tabs of anybody, that watch what everybody does
        self.rechecks = 0  # that were ever asked for
        self.has_news = asyncio.Event()  # a tab is due, or a user is to be rechecked

    def __len__(self) -> int:
        return len(self._by_token)

    @property
    def watching(self) -> int:
        """How many tabs watch figures."""
        return sum(tab.view is not None for tab in self._by_token.values())

    @property
    def has_due(self) -> bool:
        """Whether a tab has something to be shown."""
        return bool(self._changed or self._missed)

    def open(self, tab: Tab, rechecks: int | None = None) -> None:
        """Register a tab as it is now; what was known of it before is replaced.

        `rechecks` is how many there were before its session was looked up: a session that ended
        meanwhile is rechecked.
        """
        before = self._by_token.get(tab.token)
        if before is not None and before.user_id != tab.user_id:
            self.close(tab.token)
        self._missed.pop(tab.token, None)
        self._by_token[tab.token] = tab
        self._tokens.setdefault(tab.user_id, set()).add(tab.token)
        if rechecks is not None and rechecks != self.rechecks:
            self.recheck(tab.user_id)

    def unwatch(self, token: str) -> None:
        """Show a tab no more figures: it has another page now."""
        if tab := self._by_token.get(token):
            self.open(replace(tab, view=None))

    def close(self, token: str) -> bool:
        """Forget a tab; return whether it was open."""
        tab = self._by_token.pop(token, None)
        if tab is None:
            return False
        self._missed.pop(token, None)
        others = self._tokens[tab.user_id]
        others.discard(token)
        if not others:
            del self._tokens[tab.user_id]
            self._to_recheck.discard(tab.user_id)
            self._changed.pop(tab.user_id, None)
        return True

    def keep(self, open_tokens: Container[str]) -> None:
        """Forget the tabs that are not open any more."""
        for token in list(self._by_token):
            if token not in open_tokens:
                self.close(token)

    def recheck(self, user_id: str) -> None:
        """Have a user's sessions looked up again: something about the user has changed."""
        self.rechecks += 1
        if user_id in self._tokens:
            self._to_recheck.add(user_id)
            self.has_news.set()

    def take_rechecks(self) -> list[Tab]:
        """Hand out the tabs whose sessions may have ended."""
        users, self._to_recheck = self._to_recheck, set()
        return [tab for user_id in users for tab in self._of_user(user_id)]

    def hear(self, entries: Iterable[LedgerEntry]) -> None:
        """Note what this worker has committed."""
        for entry in entries:
            self.note(entry.user_id, entry.started_at_ms)

    def hear_settled(self, entry: LedgerEntry) -> None:
        """Note that this worker has found out what a call has cost."""
        self.note(entry.user_id, entry.started_at_ms)

    def note(self, user_id: str, since_ms: int) -> None:
        """Note that this worker has changed a user's figures, and tell the other workers."""
        self._tell_others(user_id, since_ms)
        self.touch(user_id, since_ms)

    def touch(self, user_id: str, since_ms: int) -> None:
        """Note that figures of a user have changed since the moment."""
        if any(tab.view for tab in self._of_user(user_id)):
            self._changed[user_id] = min(since_ms, self._changed.get(user_id, since_ms))
            self.has_news.set()

    def touch_all(self, since_ms: int) -> None:
        """Note that everybody's figures have changed: a new day, or other workers were away."""
        for user_id in self._tokens:
            self.touch(user_id, since_ms)

    def take_due(self) -> list[Due]:
        """Hand out the tabs that have something to be shown; they count as shown then."""
        changed, self._changed = self._changed, {}
        missed, self._missed = self._missed, {}
        for user_id, since_ms in changed.items():
            for tab in self._of_user(user_id):
                if tab.view:
                    missed[tab.token] = min(since_ms, missed.get(tab.token, since_ms))
        return [Due(self._by_token[token], since_ms) for token, since_ms in missed.items()]

    def look_on(self, token: str) -> None:
        """Show a tab what everybody does, whoever sits before it."""
        self._onlookers.add(token)

    def look_away(self, token: str) -> None:
        """Show a tab no more of that: it has another page now."""
        self._onlookers.discard(token)

    def take_onlookers(self, open_tokens: Container[str]) -> list[str]:
        """Return the tabs that look on, and forget the ones that are closed."""
        self._onlookers = {token for token in self._onlookers if token in open_tokens}
        return list(self._onlookers)

    def is_current(self, tab: Tab) -> bool:
        """Return whether a tab still watches what it did; else it was shown newer figures since."""
        return self._by_token.get(tab.token) is tab

    def miss(self, due: Due) -> None:
        """Take a tab back that could not be shown its news; the next round brings them."""
        token = due.tab.token
        if self.is_current(due.tab):
            self._missed[token] = min(due.since_ms, self._missed.get(token, due.since_ms))
            self.has_news.set()

    def _of_user(self, user_id: str) -> Iterable[Tab]:
        return (self._by_token[token] for token in self._tokens.get(user_id, ()))
