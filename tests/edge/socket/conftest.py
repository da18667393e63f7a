"""Servers that answer pages' events."""

import pytest

from tests.conftest import Install
from tests.harness.product import Product


@pytest.fixture(scope="session")
def module_product(backend_process: Product) -> Product:
    return backend_process


@pytest.fixture
def install(install_backend: Install) -> Install:
    return install_backend
