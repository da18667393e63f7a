"""The day on which a chapter last changed is that of the repository, or nothing."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from hcai_app.docs import changed


def git(folder: Path, *arguments: str, day: str = "2026-05-03") -> None:
    moment = f"{day}T12:00:00Z"
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-C", folder, *arguments],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": moment},
    )


@pytest.fixture
def chapters(tmp_path: Path) -> Path:
    """A repository with two chapters, of which one has changed since."""
    folder = tmp_path / "origin" / "chapters"
    folder.mkdir(parents=True)
    git(tmp_path, "init", "-q", str(tmp_path / "origin"))
    for name in ("01-one.md", "02-two.md"):
        (folder / name).write_text("old")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first", day="2026-05-03")
    (folder / "02-two.md").write_text("new")
    git(folder, "commit", "-qam", "second", day="2026-06-04")
    return folder


def test_a_clean_clone_knows_each_chapters_day(chapters: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(chapters.parent), str(tmp_path / "clone"))
    found = changed.dates(tmp_path / "clone" / "chapters")
    assert found == {"01-one.md": date(2026, 5, 3), "02-two.md": date(2026, 6, 4)}


def test_the_end_of_a_history_says_nothing(chapters: Path, tmp_path: Path) -> None:
    origin = f"file://{chapters.parent}"
    git(tmp_path, "clone", "-q", "--depth", "1", origin, str(tmp_path / "shallow"))
    assert changed.dates(tmp_path / "shallow" / "chapters") == {}


def test_without_a_repository_nothing_is_said(tmp_path: Path) -> None:
    assert changed.dates(tmp_path) == {}
