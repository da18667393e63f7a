"""The simulated provider as a process of its own, which outlives the server that it serves."""

from pathlib import Path
from typing import Any

import httpx

from tests.harness.processes import Process, clean_environment, free_port


class Provider:
    """Scripts the simulated provider and asks what it has seen."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.origin}/api/v1"
        self.process = Process(
            ["simulate", "--port", str(self.port)],
            folder=folder,
            env=clean_environment(),
            ready=f"{self.origin}/_simulator/count",
            is_forked=True,
        )
        self.process.wait_until_ready()
        self._http = httpx.Client(base_url=f"{self.origin}/_simulator", timeout=30)

    def script(self, *, times: int | None = None, path: str | None = None, **scenario: Any) -> None:
        """Answer the next requests (all, without `times`) like this: see `Scenario`."""
        order = {"scenario": scenario, "times": times, "path": path}
        given = {name: value for name, value in order.items() if value is not None}
        self._http.post("/script", json=given).raise_for_status()

    def reset(self) -> None:
        """Forget scripts and calls; plain answers come without delay from now on."""
        self._http.post("/reset").raise_for_status()
        self.script(delay=0)

    def calls(self) -> list[dict[str, Any]]:
        """Every generating request, with headers and body."""
        return self._http.get("/calls").json()

    def summary(self) -> list[dict[str, Any]]:
        """Every generating request: id, cost, tokens, cancelled, cancelled_at, status."""
        return self._http.get("/calls", params={"summary": 1}).json()

    def requests(self) -> list[str]:
        """Method and path of the latest requests of any kind, those of the catalogue included."""
        seen = self._http.get("/requests").json()
        return [f"{request['method']} {request['path']}" for request in seen]

    def count(self) -> int:
        return self.totals()["count"]

    def totals(self) -> dict[str, Any]:
        """Of all generating requests: count, running, cancelled, cost."""
        return self._http.get("/count").json()

    def stop(self) -> None:
        self._http.close()
        self.process.stop()
