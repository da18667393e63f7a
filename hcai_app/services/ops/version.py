"""The git commit that is running."""

from pathlib import Path

GIT = Path(__file__).resolve().parents[3] / ".git"
SHOWN = 12


def running_commit(git: Path = GIT) -> str | None:
    """Return the commit that is checked out; None when unknown."""
    try:
        head = (git / "HEAD").read_text().strip()
        _, is_branch, name = head.partition("ref: ")
        commit = _commit_of(git, name) if is_branch else head
    except OSError:
        return None
    return commit[:SHOWN] if commit else None


def _commit_of(git: Path, name: str) -> str | None:
    if (git / name).exists():
        return (git / name).read_text().strip()
    for line in (git / "packed-refs").read_text().splitlines():
        commit, _, packed = line.partition(" ")
        if packed == name:
            return commit
    return None
