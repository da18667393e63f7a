"""Models that nobody serves under the data policy, as far as calls have shown it.

No list of the provider tells; a call does, and who serves a model changes. So what a call has shown
is marked for a few hours, on the worker that saw it.
"""

import time

MARKED_S = 6 * 3_600.0
# Of a `*` there may be very many.
MAX_MARKED = 500


class Unserved:
    """The marks of one worker; `edition` grows with every change."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self.edition = 0

    def note(self, model: str) -> None:
        """Mark a model: nobody who serves it keeps to the policy."""
        base = model.partition(":")[0]
        if base not in self._until:
            self.edition += 1
        if base in self._until or len(self._until) < MAX_MARKED:
            self._until[base] = time.monotonic() + MARKED_S

    def has(self, model: str) -> bool:
        """Return whether a model is marked."""
        until = self._until.get(model.partition(":")[0])
        if until is None:
            return False
        if until > time.monotonic():
            return True
        del self._until[model.partition(":")[0]]
        self.edition += 1
        return False
