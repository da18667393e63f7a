import asyncio
import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.harness.cluster import Cluster
from tests.harness.databases import (
    empty_postgres,
    migrate_database,
    missing,
    postgres_database,
    strip_postgres,
)
from tests.harness.identity import Identity
from tests.harness.product import Backend, Product
from tests.harness.provider import Provider
from tests.harness.workers import Files

pytest_plugins = ["tests.harness.hangs"]

Install = Callable[..., Product]
# What a tier of tests needs, by folder or file; all other tests start nothing.
TIERS = {
    "server": ("api", "cli", "chaos", "edge/socket", "test_privacy.py"),
    "sdk": ("clients", "docs/examples"),
    "browser": ("e2e",),
}
TESTS = Path(__file__).parent
# Nothing speaks TLS where tests run: who opens a client, in any process, trusts one authority, that
# of nobody, which takes half a millisecond. To read those of all the world takes 27.
os.environ["SSL_CERT_FILE"] = str(TESTS / "harness" / "authority.pem")

# A busy machine makes examples slowly; that says nothing about what is tested.
settings.register_profile("patient", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its tier; what takes longest begins first."""
    for item in items:
        for tier in _tiers(item.path):
            item.add_marker(tier)
    items.sort(key=lambda item: "browser" not in _tiers(item.path))


@cache
def _tiers(path: Path) -> list[str]:
    """The tiers of all tests of a file."""
    place = path.relative_to(TESTS)
    return [tier for tier, them in TIERS.items() if any(map(place.is_relative_to, them))]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage among the ten thousand tests, neither while they come nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left_open() -> Iterator[None]:
    """Find what the tests of a file forgot to close now: its warning fails one of them."""
    yield
    gc.collect()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out tests to several processes by file."""
    return Files(config, log)


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    provider = Provider(tmp_path_factory.mktemp("provider"))
    yield provider
    provider.stop()


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    """The simulated provider, without a memory of earlier tests and without delays."""
    provider_process.reset()
    return provider_process


@pytest.fixture(scope="session")
def identity_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    identity = Identity(tmp_path_factory.mktemp("identity"))
    yield identity
    identity.stop()


@pytest.fixture
def identity(identity_process: Identity) -> Identity:
    """The OpenID provider of the tests: Orpheus signs in at once, until a test says otherwise."""
    identity_process.reset()
    return identity_process


@pytest.fixture(scope="module")
def module_product(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    product = _product(tmp_path_factory.mktemp("product"), provider_process).start()
    yield product
    product.stop()


@pytest.fixture(scope="session")
def backend_process(
    provider_process: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("backend")
    backend = _product(folder, provider_process, Backend).start()
    yield backend
    backend.stop()


@pytest.fixture
def backend(backend_process: Product, provider: Provider) -> Product:
    """A running server that answers pages' events too; take a user of your own."""
    assert provider.base_url
    return backend_process


@pytest.fixture
def product(module_product: Product, provider: Provider) -> Product:
    """A running server that the tests of a module share; take a user of your own."""
    assert provider.base_url
    return module_product


@pytest.fixture
def install(provider: Provider, tmp_path: Path) -> Iterator[Install]:
    """Make installations with settings of their own; they are stopped at the end."""
    yield from _installing(Product, provider, tmp_path)


@pytest.fixture
def install_backend(provider: Provider, tmp_path: Path) -> Iterator[Install]:
    """The same, for servers that answer pages' events too."""
    yield from _installing(Backend, provider, tmp_path)


def _installing(kind: type[Product], provider: Provider, tmp_path: Path) -> Iterator[Install]:
    installed: list[Product] = []

    def make(**settings: str) -> Product:
        folder = tmp_path / f"{kind.__name__.lower()}-{len(installed)}"
        folder.mkdir()
        installed.append(_product(folder, provider, kind, **settings))
        return installed[-1]

    yield make
    for made in installed:
        made.stop()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'books.db'}"
    else:
        url = request.getfixturevalue("bare_postgres")
        yield url
        asyncio.run(strip_postgres(url))


@pytest.fixture(scope="session")
def bare_postgres() -> Iterator[str]:
    with postgres_database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy: a database with the current schema and no rows."""
    file = tmp_path_factory.mktemp("migrated") / "books.db"
    asyncio.run(migrate_database(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    with postgres_database() as url:
        asyncio.run(migrate_database(url))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind with the current schema and no rows."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "books.db")
        yield f"sqlite:///{copy}"
    else:
        url = request.getfixturevalue("migrated_postgres")
        yield url
        asyncio.run(empty_postgres(url))


def _product(
    folder: Path, provider: Provider, kind: type[Product] = Product, **settings: str
) -> Product:
    own = {"OPENROUTER_API_KEY": "sk-or-v1-test", "OPENROUTER_BASE_URL": provider.base_url}
    return kind(folder, **{**own, **settings})
