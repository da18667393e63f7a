"""What the kernel says about a process and its children: CPU seconds and resident memory."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """List a process and all its living descendants."""
    found = [pid]
    for parent in found:
        found.extend(_children(parent))
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.extend(int(child) for child in path.read_text().split())
        except OSError:
            continue
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(pid: int) -> float:
    """Add up user and system time of a process tree, waited-for children included."""
    ticks = sum(int(value) for one in tree(pid) for value in _stat(one)[11:15])
    return ticks / _TICKS


def resident_mb(pid: int) -> float:
    """Add up the resident memory of a process tree."""
    pages = sum(int(stat[21]) for one in tree(pid) if (stat := _stat(one)))
    return pages * _PAGE / 2**20
