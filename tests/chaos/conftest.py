from collections.abc import Iterator

import pytest

from tests.chaos.cluster import Cluster
from tests.harness.databases import missing


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL server of this test's own."""
    if not Cluster.is_possible():
        missing("PostgreSQL's initdb")
    own = Cluster()
    try:
        own.start()
        yield own
    finally:
        own.remove()
