"""Runs the plain modules of the playground's island by Node, as the browser runs them."""

import json
import shutil
import subprocess
from typing import Any

from tests.clients.node.clients import PATH
from tests.harness.databases import missing
from tests.harness.processes import ROOT

ISLAND = ROOT / "hcai_app/ui/islands/playground"
SHELL = """
import {{ readFileSync }} from "node:fs";
{imports}
const given = JSON.parse(readFileSync(0, "utf8"));
const answer = await (async () => {{ {body} }})();
process.stdout.write(JSON.stringify(answer ?? null));
"""


def run(modules: dict[str, str], body: str, given: Any = None) -> Any:
    """Return what the body of a function returns.

    It has the modules by the names that they get here, and `given`.
    """
    node = shutil.which("node", path=PATH)
    if node is None:
        missing("node")
    imports = "\n".join(
        f"import * as {name} from {json.dumps((ISLAND / path).as_uri())};"
        for name, path in modules.items()
    )
    done = subprocess.run(
        [str(node), "--input-type=module", "--eval", SHELL.format(imports=imports, body=body)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
