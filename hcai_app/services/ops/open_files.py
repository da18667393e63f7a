"""How many files and sockets this process may have open: a running call takes two, a page one."""

import resource
from contextlib import suppress

# What a worker can use: 10,000 connections to the provider, as many clients, 5,000 pages.
WANTED = 65_536
# Below this, calls are refused before anything else of a worker is at its limit.
NEEDED = 4_096
# What is open without a single call: the database, the journal, logs.
OWN = 100


def raise_limit() -> None:
    """Raise the limit as far as this user may, and no further than is of use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(hard, WANTED)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with suppress(OSError, ValueError):  # a system may hold it lower than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def problem() -> str | None:
    """Say when even the highest limit that this user may set is too low, and what to do."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY or hard >= NEEDED:
        return None
    calls = max(0, hard - OWN) // 2
    return (
        f"a process may have {hard:,} files and sockets open, enough for about {calls:,} calls at "
        f"once: raise the hard limit (LimitNOFILE={WANTED} in systemd, ulimit -Hn in a shell)"
    )
