"""Whether what a server writes can be written: tried, not guessed from rights."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile


def problems(folders: Iterable[Path]) -> Iterator[str]:
    """Name the folders that cannot be written, or made, each with what to do."""
    for folder in folders:
        try:
            _try_to_write(folder)
        except OSError as error:
            yield (
                f"{folder} cannot be written ({error.strerror}): "
                "make it a folder that the user who runs HCAI may write"
            )


def _try_to_write(folder: Path) -> None:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    with TemporaryFile(dir=place) as file:
        file.write(b"x")
