"""Modules of the pages that need no page, run by Node as the browser runs them."""

import json
import shutil
import subprocess
from typing import Any

from tests.clients.node.clients import PATH
from tests.harness.databases import missing
from tests.harness.processes import ROOT

PROGRAM = """
import * as module from {module};
const run = async (given) => {{ {script} }};
console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? process.argv[1]))));
"""


def evaluate(module: str, script: str, given: Any) -> Any:
    """Return what a script over an asset's `module` returns for what is `given`."""
    node = shutil.which("node", path=PATH)
    if node is None:
        missing("node")
    address = json.dumps((ROOT / "assets" / module).as_uri())
    program = PROGRAM.format(module=address, script=script)
    done = subprocess.run(
        [str(node), "--input-type=module", "--eval", program, "--", json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
