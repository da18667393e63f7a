"""What the money gate thinks of a person beside what the ledger says."""

import time
from dataclasses import dataclass
from typing import cast

from redis import Redis

from tests.chaos.table.scene import Scene


@dataclass(frozen=True)
class Gate:
    """Nano-dollars: spent as the gate counts them, reserved for calls, spent in the ledger."""

    spent: int
    reserved: int
    booked: int

    @property
    def agrees(self) -> bool:
        return self.spent == self.booked and not self.reserved

    def __str__(self) -> str:
        if self.agrees:
            return "yes"
        return f"no: {self.spent - self.booked:+} n$, {self.reserved} n$ reserved"


def gate_of(scene: Scene, patience_s: float) -> Gate:
    """Read both until they agree; the last reading, when they never do."""
    deadline = time.monotonic() + patience_s
    while not (gate := _read(scene)).agrees and time.monotonic() < deadline:
        time.sleep(0.2)
    return gate


def _read(scene: Scene) -> Gate:
    booked = sum(row["cost_nanousd"] for row in scene.ledger())
    with Redis.from_url(scene.redis.url, decode_responses=True) as client:
        found = client.scan_iter(f"hcai:budget:{scene.user}:*")
        names = [name for name in found if not name.endswith("leases")]
        account = cast("dict[str, str]", client.hgetall(names[0])) if names else {}
    return Gate(int(account.get("spent", 0)), int(account.get("reserved", 0)), booked)
