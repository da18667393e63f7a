"""The JavaScript of the pages, tested by Node's own runner in this folder's `.test.mjs` files."""

import re
import shutil
import subprocess

from tests.clients.node.clients import PATH
from tests.harness.databases import missing
from tests.harness.processes import ROOT

FAILED = re.compile(r"^ *not ok \d+ - (.*)$", re.MULTILINE)


def test_the_javascript_of_the_pages_passes_its_own_tests() -> None:
    node = shutil.which("node", path=PATH)
    if node is None:
        missing("node")
    done = subprocess.run(
        [str(node), "--test", "--test-reporter=tap", "tests/js/**/*.test.mjs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = "\n".join(FAILED.findall(done.stdout))
    assert done.returncode == 0, f"{failed}\n\n{done.stdout}{done.stderr}"
    assert failed == ""
