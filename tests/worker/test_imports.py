"""What a worker loads before its first call."""

import subprocess
import sys

from tests.harness.processes import ROOT


def test_a_worker_of_the_api_loads_neither_the_pages_nor_the_simulator() -> None:
    code = (
        "import hcai_app.edge.server, hcai_app.edge.api_server, sys;"
        "assert sys.modules.keys().isdisjoint(['reflex', 'aiohttp', 'hcai_app.simulator'])"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
