"""Which process of pytest-xdist runs what."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/e2e/"


class Files(LoadScopeScheduling):
    """Gives out whole files, in their order; all tests with browsers go to one process.

    Those share one site, and its pages are compiled once into the source tree.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False  # files of many tests are not what takes longest
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]
