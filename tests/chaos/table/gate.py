"""What the money gate thinks of a person beside what the ledger says."""

import json
import time
from dataclasses import dataclass
from decimal import Decimal

from hcai_app import money
from tests.chaos.table.scene import Scene

FIGURES = ("spent_usd", "reserved_usd")


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
    gate = json.loads(scene.product.cli("budget", "show", scene.user))["gate"]
    spent, reserved = (money.to_nanousd(Decimal(gate[name])) for name in FIGURES)
    return Gate(spent, reserved, booked)
