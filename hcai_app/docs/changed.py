"""When each chapter last changed: as the repository says when the pages are compiled.

Where there is no history, or only the end of one, nothing is said rather than something wrong.
"""

import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

CHAPTERS = Path(__file__).parent / "chapters"
SECONDS = 10


@cache
def dates(folder: Path = CHAPTERS) -> dict[str, date]:
    """Return the day of each file's last commit, by the file's name."""
    if _git(folder, "rev-parse", "--is-shallow-repository") != "false":
        return {}
    found: dict[str, date] = {}
    day: date | None = None
    # The newest commit comes first: a file's first mention is its last change.
    for line in _git(folder, "log", "--format=@%cs", "--name-only", "--", ".").splitlines():
        if line.startswith("@"):
            day = date.fromisoformat(line[1:])
        elif line and day is not None:
            found.setdefault(Path(line).name, day)
    return found


def day_of(slug: str) -> date | None:
    """Return the day of a chapter's last change; None where nobody knows."""
    known = dates().items()
    return next((day for name, day in known if name[3:].removesuffix(".md") == slug), None)


def _git(folder: Path, *arguments: str) -> str:
    """Return what git says; nothing where there is no git, or no repository."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - no word of it comes from outside
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
