"""The queue of scenarios that tests script over HTTP."""

from collections import deque
from dataclasses import dataclass

from hcai_app.simulator.scenarios import Scenario


@dataclass(slots=True)
class Step:
    """One scripted scenario and its remaining uses."""

    scenario: Scenario
    times: int | None = None
    """None: until the script is reset."""
    path: str | None = None
    """Only for paths with this suffix; None: for every generation request."""

    def fits(self, path: str, *, is_generating: bool) -> bool:
        """Return whether this step matches a request."""
        return is_generating if self.path is None else path.endswith(self.path)


class Script:
    """A queue of steps: the first match with a count wins, else the last without one."""

    def __init__(self, default: Scenario) -> None:
        self.default = default
        self._steps: deque[Step] = deque()

    def add(self, step: Step) -> None:
        """Append a step to the queue."""
        self._steps.append(step)

    def clear(self) -> None:
        """Remove every step."""
        self._steps.clear()

    def draw(self, path: str, *, is_generating: bool) -> Scenario:
        """Return the scenario for a request and consume one of its uses."""
        fitting = [step for step in self._steps if step.fits(path, is_generating=is_generating)]
        counted = [step for step in fitting if step.times is not None]
        chosen = (counted or fitting[-1:] or [None])[0]
        return self.default if chosen is None else self._use(chosen)

    def _use(self, step: Step) -> Scenario:
        if step.times is not None:
            step.times -= 1
            if step.times <= 0:
                self._steps.remove(step)
        return step.scenario
