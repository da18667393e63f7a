"""One request of an admin, and what a page of the desk is made of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from hcai_app.api.desk.html import Html
from hcai_app.errors import InvalidRequest
from hcai_app.services.people.users import User
from hcai_app.worker.context import Worker

ROOT = "/admin"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, where, and what they have sent."""

    worker: Worker
    admin: User
    name: str = ""  # what the path names: a user's id
    sent: Mapping[str, str] = field(default_factory=dict[str, str])  # by query or form

    @property
    def secret_key(self) -> str:
        """The key of the hashes."""
        return self.worker.settings.secret_key.get_secret_value()

    def text(self, name: str) -> str:
        """Return what was sent as a name; nothing when it was not."""
        return self.sent.get(name, "").strip()

    def required(self, name: str, what: str) -> str:
        """Return what was sent as a name.

        Raises:
            InvalidRequest: When there is nothing.
        """
        if not (value := self.text(name)):
            raise InvalidRequest(f"Give {what}.")
        return value


@dataclass(frozen=True, slots=True)
class View:
    """A page of the desk: what stands in its frame."""

    title: str
    content: Html
    here: str = ""  # the section that it belongs to


Show = Callable[[Visit], Awaitable[View]]
Do = Callable[[Visit], Awaitable[str]]
