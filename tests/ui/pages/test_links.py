"""Links of every page: what is the server's must leave the app, which knows our pages only."""

import importlib
import pkgutil
import re
from functools import cache

import pytest
from reflex.page import DECORATED_PAGES

from hcai_app.api import routes
from hcai_app.ui import pages
from tests.ui.pages.test_index import values, walk

for _module in pkgutil.iter_modules(pages.__path__):
    importlib.import_module(f"{pages.__name__}.{_module.name}")

DECORATED = [page for all_pages in DECORATED_PAGES.values() for page in all_pages]
RENDERS = {given["route"]: cache(render) for render, given in DECORATED}


def test_links_are_found() -> None:
    assert "/models" in values(RENDERS["/keys"](), "to")
    assert "/auth/login" in values(RENDERS["/"](), "href")


@pytest.mark.parametrize("route", RENDERS)
def test_links_within_the_app_lead_to_pages(route: str) -> None:
    targets = [target for target in values(RENDERS[route](), "to") if target.startswith("/")]
    for target in targets:
        assert not routes.owns(re.split("[?#]", target)[0]), target


@pytest.mark.parametrize("route", RENDERS)
def test_links_out_of_the_app_lead_to_the_server(route: str) -> None:
    plain = [part for part in walk(RENDERS[route]()) if str(part.tag) in ("a", '"a"')]
    for link in plain:
        target = str(getattr(link, "href", "")).strip('"')
        if target.startswith("/"):
            assert routes.owns(re.split("[?#]", target)[0]), target
