"""Names of tools as they are compared: without the form and the prefix that a client gives them."""

from collections.abc import Iterable
from functools import lru_cache

from hcai_app.services.fairuse import words
from hcai_app.services.fairuse.roles import MAX_NAME

TOOL = frozenset({"tool", "tools"})  # what many clients put behind each name
# So many names are kept as they are compared.
MAX_KNOWN = 4_096


@lru_cache(MAX_KNOWN)
def _plain(name: str) -> str:
    """Return a name of several words without its form: `read_file` for `ReadFileTool`.

    One of a single word, which says little, keeps its form and the case of its letters.
    """
    said = [word for word in words.of_name(name) if word not in TOOL]
    return "_".join(said) if len(said) > 1 else name


def of_rule(names: Iterable[str]) -> frozenset[str]:
    """Return how the tools of a rule are compared: those that have a prefix as they are."""
    return frozenset(_plain(it) if it == words.unprefixed(it) else it for it in names)


def of_call(tools: frozenset[str]) -> frozenset[str]:
    """Return how the tools of a call are compared, and how without a client's prefix."""
    names = [name[:MAX_NAME] for name in tools]
    bare = map(words.unprefixed, names)
    return frozenset(names).union(*((it, _plain(it)) for it in bare))
