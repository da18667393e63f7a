"""What Linux tells of a process: its family, its memory, its open sockets."""

import os
from pathlib import Path


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def workers(pid: int) -> list[int]:
    """The workers below a `serve` that has several."""
    return [one for one in family(pid)[1:] if lives(one) and b"_tracker" not in command(one)]


def memory_mb(pid: int) -> float:
    """The memory that the process has resident now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def open_files(pid: int) -> list[str]:
    """The targets of the process's open handles: paths, and names like `socket:[…]`."""
    names: list[str] = []
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            names.append(str(handle.readlink()))
        except OSError:
            continue
    return names


def open_sockets(pid: int) -> int:
    return sum(name.startswith("socket:") for name in open_files(pid))


def command(pid: int) -> bytes:
    """The process's command line; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def lives(pid: int) -> bool:
    """Whether the process has not ended; one that nobody has waited for has."""
    return bool(command(pid))
