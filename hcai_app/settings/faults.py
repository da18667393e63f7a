"""What is wrong with settings, or with the files of data beside the code, told in lines."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one line each, with what to write."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        lines = "".join(f"\n  - {problem}" for problem in problems)
        only = problems[0] if len(problems) == 1 else None
        super().__init__(only or f"HCAI cannot start with these settings:{lines}")


@contextmanager
def reading(file: Path) -> Generator[None]:
    """Read a file of data, which a volunteer may have edited; parsers raise ValueError.

    Raises:
        SettingsError: When it cannot be used, with its name and the reason.
    """
    try:
        yield
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise SettingsError([f"{file.name} cannot be used: {reason}"]) from error
