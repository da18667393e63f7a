"""The examples by name, in the order of the docs: what each does, and which endpoint it calls."""

from dataclasses import dataclass
from typing import Literal

BEARER, NO_KEY = "bearer", "none"
CHAT = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One example, without its programs."""

    name: str
    title: str
    endpoint: str = CHAT
    method: str = "POST"
    key: Literal["bearer", "none"] = BEARER
    is_for_curl: bool = True


TABLE = (
    Entry("chat", "Ask a question"),
    Entry("stream", "Read the answer while it is written"),
    Entry("image", "Draw a picture into a file", "/images/generations"),
    Entry("embedding", "Turn two texts into numbers", "/embeddings"),
)
