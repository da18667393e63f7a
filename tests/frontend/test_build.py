import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hcai_app.frontend import build as frontend
from hcai_app.settings import Settings
from tests.chaos import books, procfs
from tests.harness.processes import ROOT


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Run in an empty project whose build only leaves its folder; return the builds' commands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rxconfig.py").write_text("one")
    commands: list[list[str]] = []

    def build(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        frontend.STAMP.parent.mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(subprocess, "run", build)
    return commands


def test_pages_are_built_once(builds: list[list[str]]):
    frontend.ensure_built()
    frontend.ensure_built()
    assert len(builds) == 1


def test_pages_are_built_again_when_a_source_changes(builds: list[list[str]]):
    frontend.ensure_built()
    Path("rxconfig.py").write_text("two")
    frontend.ensure_built()
    assert len(builds) == 2


@pytest.mark.parametrize("name", ["palette.py", "money.py", "services/charts.py", "docs/01.md"])
def test_pages_are_built_again_when_anything_of_ours_changes(builds: list[list[str]], name: str):
    source = Path("hcai_app") / name
    source.parent.mkdir(parents=True)
    source.write_text("one")
    frontend.ensure_built()
    source.write_text("two")
    frontend.ensure_built()
    assert len(builds) == 2


def test_every_setting_that_a_page_shows_is_looked_at():
    read = re.compile(r"\b(?:settings|load_settings\(\))\.(\w+)")
    folders = (
        ROOT / "hcai_app" / name for name in ("ui/pages", "ui/components", "ui/islands", "docs")
    )
    sources = [file.read_text() for folder in folders for file in folder.rglob("*.py")]
    sources.append((ROOT / "hcai_app/services/models/colors.py").read_text())
    shown = {name for text in sources for name in read.findall(text)} & set(Settings.model_fields)
    assert shown
    assert shown <= set(frontend.SHOWN_SETTINGS)


def test_of_several_processes_one_builds(builds: list[list[str]]):
    threads = [threading.Thread(target=frontend.ensure_built) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds) == 1


@pytest.mark.usefixtures("builds")
def test_a_failed_build_tells_why(monkeypatch: pytest.MonkeyPatch):
    failed = subprocess.CompletedProcess([], 1, "a lot\nno such module")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(frontend.BuildError, match="no such module"):
        frontend.ensure_built()


RUN = """
from hcai_app.frontend.build import run_leashed
done = run_leashed(["sh", "-c", "echo begun; sleep {seconds} & sleep {seconds}; exit 3"])
print(done.returncode, done.stdout.strip())
"""


def test_a_build_that_ends_by_itself_is_heard_to_the_end() -> None:
    command = [sys.executable, "-c", RUN.format(seconds=0.2)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "3 begun\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_of_a_build_outlives_whoever_started_it(number: int) -> None:
    building = subprocess.Popen(
        [sys.executable, "-c", RUN.format(seconds=300)], cwd=ROOT, stderr=subprocess.DEVNULL
    )

    def sleepers() -> list[int]:
        family = procfs.family(building.pid)
        return [pid for pid in family if procfs.command(pid).startswith(b"sleep")]

    books.wait_until(lambda: len(sleepers()) == 2, 20, "the build and its child run")
    family = procfs.family(building.pid)
    building.send_signal(number)
    building.wait(10)
    books.wait_until(lambda: not any(map(procfs.lives, family)), 10, "nothing is left")
