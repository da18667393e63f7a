"""How many files a server may have open, asked in a process of its own: limits only ever sink."""

import resource
import subprocess
import sys

import pytest

from hcai_app.services.ops.open_files import NEEDED, WANTED
from tests.harness.processes import ROOT

ASK = """
import resource
from hcai_app.services.ops import open_files
open_files.raise_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], open_files.problem())
"""
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def asked(soft: int, hard: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
    )
    raised, _, problem = done.stdout.strip().partition(" ")
    return int(raised), problem


@pytest.mark.parametrize("hard", [NEEDED, 16_384])
def test_the_soft_limit_is_raised_as_far_as_the_hard_one_allows(hard: int) -> None:
    assert asked(1_024, hard) == (min(hard, WANTED), "None")


def test_a_hard_limit_that_is_too_low_is_said_with_what_to_do() -> None:
    raised, problem = asked(256, 1_024)
    assert raised == 1_024
    assert "1,024 files and sockets open, enough for about 462 calls" in problem
    assert "LimitNOFILE=65536" in problem


def test_a_limit_is_never_lowered() -> None:
    assert asked(HARD, HARD)[0] == HARD
