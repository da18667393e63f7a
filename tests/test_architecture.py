"""The arrows of the house: who may import whom, how long things may be, what must be documented."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.harness.processes import ROOT

OURS = "hcai_app"
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION = 300, 400, 40
# What may import everything: it puts the rooms together.
COMPOSITION = {
    "worker",
    "sign_in",
    "lifespan",
    "stopping",
    "hcai_app",
    "server",
    "__main__",
    "frontend",
    "vite",
    "cli",
}
# Room -> the rooms of ours that it may import, beside itself.
ROOMS = {
    "settings": set[str](),
    "errors": set[str](),
    "clock": set[str](),
    "lenient": set[str](),
    "money": set[str](),
    "figures": {"money"},
    "examples": set[str](),
    "docs": {"settings", "examples"},
    "cards": set[str](),
    "palette": {"settings"},
    "theme": set[str](),
    "page_headers": {"settings", "theme"},
    "db": {"clock", "settings"},
    "services": {"db", "settings", "errors", "clock", "money", "lenient", "cards"},
    "upstream": {
        "services.calls",
        "services.identities",
        "settings",
        "errors",
        "clock",
        "money",
        "lenient",
    },
    "api": {
        "services",
        "upstream",
        "worker",
        "settings",
        "errors",
        "clock",
        "money",
        "lenient",
        "figures",
        "palette",
        "docs",
    },
    "handshake": {"services.sessions"},
    "addresses": set[str](),
    "views": set[str](),
    "state": {
        "services",
        "views",
        "worker",
        "settings",
        "errors",
        "clock",
        "money",
        "figures",
        "palette",
        "examples",
        "cards",
    },
    "components": {"theme", "views", "settings", "state", "figures", "examples", "docs", "cards"},
    "pages": {
        "components",
        "theme",
        "settings",
        "services",
        "state",
        "views",
        "figures",
        "examples",
        "docs",
        "cards",
    },
    "simulator": set[str](),
}
# Room -> the packages of others that it must not know.
STRANGERS = {
    "services": {"reflex", "starlette", "aiohttp", "httpx", "granian"},
    "upstream": {"reflex", "starlette", "sqlalchemy", "sqlmodel"},
    "db": {"reflex", "starlette", "aiohttp", "httpx"},
    "api": {"reflex", "sqlalchemy", "sqlmodel"},
    "state": {"starlette", "sqlalchemy", "sqlmodel"},
    "views": {"reflex", "starlette", "sqlalchemy", "sqlmodel"},
    "simulator": {"reflex", "sqlalchemy", "sqlmodel"},
    "settings": {"reflex", "sqlalchemy"},
    "errors": {"reflex", "sqlalchemy", "starlette"},
    "figures": {"reflex", "sqlalchemy", "starlette"},
}
# Programs are what readers paste: they are no part of ours.
SKIPPED_FOLDERS = {".venv", ".web", "node_modules", "versions", "programs"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def sources(folder: str) -> list[Path]:
    found = (ROOT / folder).rglob("*.py")
    return sorted(path for path in found if not SKIPPED_FOLDERS & set(path.parts))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


APP = sources(OURS)


def test_every_room_has_its_arrows() -> None:
    rooms = {room_of(module_of(path)) for path in APP} - {""}
    assert rooms <= ROOMS.keys() | COMPOSITION


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_downwards_only(room: str) -> None:
    allowed = {f"{OURS}.{name}" for name in ROOMS[room] | {room}}
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in APP
        if room_of(module_of(path)) == room
        for name in imports_of(path)
        if name.split(".")[0] == OURS
        and not any(f"{name}.".startswith(f"{rule}.") for rule in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", STRANGERS)
def test_rooms_do_not_know_what_is_not_theirs(room: str) -> None:
    wrong = [
        f"{module_of(path)} imports {name}"
        for path in APP
        if room_of(module_of(path)) == room
        for name in imports_of(path)
        if name.split(".")[0] in STRANGERS[room]
    ]
    assert wrong == []


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        module_of(path)
        for path in APP
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers <= {f"{OURS}.settings", f"{OURS}.server", f"{OURS}.cli.main", f"{OURS}.vite"}


@pytest.mark.parametrize("folder", [OURS, "tests", "alembic"])
def test_files_stay_short(folder: str) -> None:
    most = MAX_TEST_FILE if folder == "tests" else MAX_FILE
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(folder)
        if (lines := len(path.read_text().splitlines())) > most
    }
    assert long == {}


@pytest.mark.parametrize("folder", [OURS, "tests"])
def test_functions_stay_short(folder: str) -> None:
    long = {
        f"{module_of(path)}.{node.name}": lines
        for path in sources(folder)
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    }
    assert long == {}


def test_every_module_says_what_lives_there() -> None:
    silent = [module_of(path) for path in APP if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_names_say_what_they_hold() -> None:
    vague = {"utils", "helpers", "manager", "misc", "common"}
    assert [module_of(path) for path in APP if path.stem in vague] == []
