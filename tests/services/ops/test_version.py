"""Which commit runs: a branch's, one that is packed, one that stands alone, or none."""

from pathlib import Path

import pytest

from hcai_app.services.ops.version import SHOWN, running_commit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PACKED = f"# pack-refs with: peeled\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n"


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": "ref: refs/heads/main\n", "refs/heads/main": f"{COMMIT}\n"},
        {"HEAD": "ref: refs/heads/main\n", "packed-refs": PACKED},
        {"HEAD": f"{COMMIT}\n"},
    ],
    ids=["branch", "packed", "detached"],
)
def test_the_commit_is_found_wherever_git_keeps_it(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert running_commit(tmp_path) == COMMIT[:SHOWN]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"HEAD": "ref: refs/heads/main\n"},
        {"HEAD": "ref: refs/heads/gone\n", "packed-refs": PACKED},
        {"HEAD": "\n"},
    ],
    ids=["no git", "no branch", "not packed", "empty"],
)
def test_what_git_does_not_tell_is_unknown(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert running_commit(tmp_path) is None
