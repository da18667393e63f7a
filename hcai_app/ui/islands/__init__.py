"""Islands, which live in the browser alone: their JavaScript, and the Python classes of it.

The bundle finds every file of this folder in one that mirrors it, so that one imports another.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import reflex as rx

T = TypeVar("T")
# `rx` loads states when they are first named, in the context of that thread: not in the one below.
_LOADED = rx.State


def files_in(folder: Path) -> list[str]:
    """Return the names of a folder's scripts."""
    return [path.name for path in sorted(folder.iterdir()) if path.suffix in {".mjs", ".jsx"}]


def on_a_short_stack(find: Callable[[], T]) -> T:
    """Call a function that asks `rx.asset` for files beside it, in a thread of its own.

    That finds its caller in a list of the whole stack with all source lines: 40 ms a file where
    pages are imported, and less than one in a thread.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(find).result()


FILES = files_in(Path(__file__).parent)
SCRIPTS = on_a_short_stack(lambda: {name: rx.asset(name, shared=True) for name in FILES})


def source(name: str) -> str:
    """Return how one of this folder's scripts is imported."""
    return SCRIPTS[name].importable_path
