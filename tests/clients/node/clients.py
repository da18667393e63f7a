"""The official Node clients, called from Python: a Node process makes the calls."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from tests.harness.processes import clean_environment

FOLDER = Path(__file__).parent
# The packages bring a Node of their own, which comes before the machine's.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


# What run.mjs can call.
CLIENTS = ("openai", "@openrouter/sdk")


class NodeError(Exception):
    """What a client threw, and what came before it."""

    def __init__(self, error: dict[str, Any], items: list[Any]) -> None:
        super().__init__(f"{error['kind']}: {error['message']}")
        self.kind: str = error["kind"]
        self.message: str = error["message"]
        self.status: int | None = error["status"]
        self.code: Any = error["code"]
        self.headers: dict[str, str] = error["headers"]
        self.body: Any = error["body"]
        self.items = items


class Node:
    """A Node process that serves one job after another (run.mjs)."""

    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            [shutil.which("node", path=PATH) or "node", "run.mjs"],
            cwd=FOLDER,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def serve(self, **job: Any) -> dict[str, Any]:
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._popen.stdin.write(json.dumps(job) + "\n")
        self._popen.stdin.flush()
        return json.loads(self._popen.stdout.readline())

    def stop(self) -> None:
        self._popen.kill()
        self._popen.communicate()


@dataclass(frozen=True)
class NodeClient:
    """One official client with its options, both as in JavaScript."""

    node: Node
    package: str
    options: dict[str, Any]

    def having(self, **options: Any) -> Self:
        """The same client with more options."""
        return replace(self, options={**self.options, **options})

    def call(self, method: str, *arguments: Any, then: str = "", take: int | None = None) -> Any:
        """Await a method, or the method `then` of what it returns.

        Of a stream or of pages these are all items, or the first few that are taken.

        Raises:
            NodeError: when the method throws, or the stream amid its items.
        """
        job = {"client": self.package, "options": self.options, "method": method}
        answer = self.node.serve(**job, arguments=arguments, then=then, take=take)
        if "error" in answer:
            raise NodeError(answer["error"], answer["items"])
        return answer["result"] if "result" in answer else answer["items"]


def are_installed(*packages: str) -> bool:
    """Tell whether packages, without a name the two clients, are there as the lock file pins them.

    Of the others some tests have no need, and an older folder may lack them.
    """
    installed = FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists():
        return False
    pinned, there = _versions(FOLDER / "package-lock.json"), _versions(installed)
    names = [f"node_modules/{package}" for package in packages or CLIENTS]
    return all(there.get(name) == pinned[name] for name in names)


def _versions(lock: Path) -> dict[str, str]:
    packages = json.loads(lock.read_text())["packages"]
    return {name: package["version"] for name, package in packages.items() if name}
