"""The arrows of the house: who may import whom, how long things may be, what must be documented."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from hcai_app.api.endpoint import ROOT as ROUTE_ROOT
from hcai_app.api.endpoints import ENDPOINTS
from tests.harness.processes import ROOT

OURS = "hcai_app"
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION = 300, 400, 40
# Room -> the rooms of ours that it may import, beside itself. A longer name holds for that part of
# the room alone.
LEAVES = ("errors", "clock", "money", "hashing", "formatting", "loose_json", "refreshed")
ROOMS = {
    "settings": set[str](),
    "errors": set[str](),
    "clock": set[str](),
    "loose_json": set[str](),
    "money": set[str](),
    "hashing": set[str](),
    "formatting": {"money"},
    "refreshed": {"errors"},
    "docs": {"services.limits.period", "settings", "formatting", "money"},
    "simulator": set[str](),
    "db": {"clock", "settings", "errors"},
    "services": {"db", "settings", *LEAVES},
    "upstream": {"services.call", "services.people.identity", "settings", *LEAVES},
    "worker": {"services", "upstream", "db", "simulator", "settings", *LEAVES},
    "api": {"services", "upstream", "worker", "docs", "settings", *LEAVES},
    "ui.theme": set[str](),
    "ui.view_models": set[str](),
    "ui.state": {
        "edge.reflex_internals",
        "ui.view_models",
        "services",
        "worker",
        "docs",
        "settings",
        *LEAVES,
    },
    "ui.islands": {
        *("ui.state", "ui.components", "ui.view_models", "ui.theme"),
        *("services", "docs", "settings", *LEAVES),
    },
    "ui.components": {
        "edge.reflex_internals",
        *("ui.state", "ui.islands", "ui.view_models", "ui.theme"),
        *("services", "docs", "settings", *LEAVES),
    },
    "ui.pages": {"ui", "services", "docs", "settings", *LEAVES},
    "frontend": {"edge.reflex_internals", "settings"},
    "edge.reflex_internals": set[str](),
    "edge": {"api", "worker", "services", "settings", *LEAVES},
    "cli": {
        *("edge", "frontend", "simulator", "worker"),
        *("upstream", "services", "db", "settings", *LEAVES),
    },
}
# The composition root and the command line's door put the rooms together.
COMPOSITION = {"hcai_app", "__main__"}
# Room -> the packages of others that it must not know, not even through what it imports.
STRANGERS = {
    **{leaf: {"reflex", "sqlalchemy", "starlette"} for leaf in ("settings", *LEAVES)},
    "services": {"reflex", "starlette", "aiohttp", "httpx", "granian"},
    "upstream": {"reflex", "starlette", "aiohttp"},
    "db": {"reflex", "starlette", "aiohttp", "httpx"},
    "worker": {"reflex"},
    "api": {"reflex"},
    "simulator": {"reflex", "sqlalchemy", "sqlmodel"},
    "docs": {"reflex", "sqlalchemy", "starlette"},
    "ui.view_models": {"reflex", "starlette", "sqlalchemy", "sqlmodel"},
}
# Room -> the packages of others that it must not import itself.
DIRECT_STRANGERS = {
    "upstream": {"sqlalchemy", "sqlmodel"},
    "api": {"sqlalchemy", "sqlmodel", "aiohttp"},
    "ui.state": {"starlette", "sqlalchemy", "sqlmodel"},
}
# What is stored of a decision -> the rooms that name it; the others ask `keys.is_active`,
# `sessions.is_open` and `users.is_admin`.
DECIDED_BY = {
    "revoked_at": ("services.keys", "db"),
    "expires_at": ("services.people.sessions", "services.keys", "db"),
    "admins": ("services.people", "settings"),
}
# What Reflex promises: `rx`, and what handlers are made of. All else of it stands in one room.
REFLEX_PROMISED = ("reflex.event",)
REFLEX_INTERNALS = f"{OURS}.edge.reflex_internals"
REFLEX_PRIVATE_NAMES = {
    *("event_namespace", "sio", "state_manager", "event_processor", "token_to_sid", "sid_to_token"),
    *("constants", "environment", "utils", "istate"),
}
MAX_TOP_ROOMS = 24
NOUNS = {
    *("people", "keys", "account", "limits", "fairuse", "ledger", "usage", "models", "live", "ops"),
    *("notices", "safety"),
}
SHARED_SERVICES = {"audit", "call", "changes", "redis_client"}
# Whose days are those of the calendar, or a length of time, whatever the budget's period is.
CALENDARS = {
    "services.fairuse.sharing",
    "services.models.listing",  # what is new
    "services.ledger.reconciliation",  # how long a cost is asked for
    "services.ledger.rollups",
    "services.ops.retention",
    "services.usage.charts",
    "services.usage.everyone",
    "services.usage.filters",
    "services.usage.forecast",  # by the calendar's month
    "services.usage.spending",  # `usage_daily`, as OpenRouter counts it
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
    """The room with the longest name that the module is in."""
    inside = module.partition(".")[2]
    named = (room for room in {*ROOMS, *COMPOSITION} if f"{inside}.".startswith(f"{room}."))
    return max(named, key=len, default="")


APP = sources(OURS)
BY_MODULE = {module_of(path): path for path in APP}


def own_module(name: str) -> str | None:
    """The module of ours that an import names, if it is one: `a.b.c` may be `c` in `a.b`."""
    parent = name.rpartition(".")[0]
    return name if name in BY_MODULE else parent if parent in BY_MODULE else None


def reached_from(module: str) -> set[str]:
    """All that a module imports, to the end: modules of ours, and the packages of others."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        for name in imports_of(BY_MODULE[waiting.pop()]):
            target = own_module(name) or name.split(".")[0]
            if target not in reached:
                reached.add(target)
                waiting += [target] if target in BY_MODULE else []
    return reached


def test_every_room_has_its_arrows() -> None:
    assert [module for module in BY_MODULE if module != OURS and not room_of(module)] == [
        f"{OURS}.ui"
    ]


def test_the_hall_stays_small() -> None:
    top = {module.split(".")[1] for module in BY_MODULE if "." in module}
    at_the_side = {"alembic", "assets", "rxconfig"}
    assert len(top | at_the_side) <= MAX_TOP_ROOMS


def test_the_services_are_twelve_nouns_and_four_modules() -> None:
    rooms = {module.split(".")[2] for module in BY_MODULE if module.startswith(f"{OURS}.services.")}
    assert rooms == NOUNS | SHARED_SERVICES


def test_no_noun_of_the_services_depends_on_itself_by_a_detour() -> None:
    ties: dict[str, set[str]] = {}
    for module, path in BY_MODULE.items():
        if module.startswith(f"{OURS}.services."):
            names = [name for name in imports_of(path) if name.startswith(f"{OURS}.services.")]
            ties.setdefault(module.split(".")[2], set()).update(
                name.split(".")[2] for name in names
            )
    TopologicalSorter({noun: others - {noun} for noun, others in ties.items()}).prepare()


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_downwards_only(room: str) -> None:
    allowed = {f"{OURS}.{name}" for name in ROOMS[room] | {room}}
    wrong = [
        f"{module} imports {name}"
        for module, path in BY_MODULE.items()
        if room_of(module) == room
        for name in imports_of(path)
        if name.split(".")[0] == OURS
        and not any(f"{name}.".startswith(f"{rule}.") for rule in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", STRANGERS)
def test_rooms_do_not_know_what_is_not_theirs(room: str) -> None:
    wrong = {
        module: strangers
        for module in BY_MODULE
        if room_of(module) == room and (strangers := reached_from(module) & STRANGERS[room])
    }
    assert wrong == {}


@pytest.mark.parametrize("room", DIRECT_STRANGERS)
def test_rooms_do_not_import_what_others_do_for_them(room: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module, path in BY_MODULE.items()
        if room_of(module) == room
        for name in imports_of(path)
        if name.split(".")[0] in DIRECT_STRANGERS[room]
    ]
    assert wrong == []


def test_the_api_the_worker_and_the_command_line_load_no_reflex() -> None:
    code = (
        "import hcai_app.edge.api_server, hcai_app.worker.context, hcai_app.cli.main, sys;"
        "assert 'reflex' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def reflex_internals_of(path: Path) -> Iterator[str]:
    """What a file uses of Reflex without its promise."""
    names = list(imports_of(path))
    theirs = [name for name in names if name.startswith(("reflex.", "reflex_"))]
    yield from (name for name in theirs if not name.startswith(REFLEX_PROMISED))
    for node in ast.walk(tree_of(path)) if "reflex" in names else ():
        if isinstance(node, ast.Attribute):
            is_ours = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            is_private = node.attr.startswith("_") and not node.attr.endswith("__")
            if node.attr in REFLEX_PRIVATE_NAMES or (is_private and not is_ours):
                yield ast.unparse(node)


def test_what_reflex_does_not_promise_stands_in_one_room() -> None:
    files = {module_of(path): path for path in (*APP, ROOT / "rxconfig.py")}
    used = {name: found for name in files if (found := [*reflex_internals_of(files[name])])}
    inside = {name for name in used if name.startswith(f"{REFLEX_INTERNALS}.")}
    assert inside
    assert used.keys() - inside == set()


def test_only_the_database_opens_connections_and_knows_its_errors() -> None:
    """Everybody else hands a unit of work to `read` or `write`, and gets `Unavailable`."""
    kept = ("sqlalchemy.exc", "sqlalchemy.ext", "sqlalchemy.pool", "sqlalchemy.orm", "sqlite3")
    kept += ("sqlalchemy.engine.Engine", "sqlalchemy.Engine", "asyncpg", "aiosqlite")
    wrong = [
        f"{module} imports {name}"
        for module, path in BY_MODULE.items()
        if room_of(module) != "db"
        for name in imports_of(path)
        if any(f"{name}.".startswith(f"{rule}.") for rule in kept)
        or name.rpartition(".")[2] in ("create_engine", "create_async_engine", "AsyncConnection")
    ]
    assert wrong == []


def test_only_the_worker_and_the_command_line_open_the_database() -> None:
    openers = {
        module
        for module, path in BY_MODULE.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Database"
    }
    assert {room_of(module) for module in openers} == {"worker", "cli"}


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        module_of(path)
        for path in APP
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers <= {f"{OURS}.settings", f"{OURS}.edge.server", f"{OURS}.frontend.vite"}


@pytest.mark.parametrize("name", DECIDED_BY)
def test_what_is_active_open_or_an_admin_is_decided_in_one_place(name: str) -> None:
    elsewhere = {
        module
        for module, path in BY_MODULE.items()
        for node in ast.walk(tree_of(path))
        if name in (getattr(node, field, None) for field in ("attr", "id", "arg"))
        and not any(f"{module}.".startswith(f"{OURS}.{room}.") for room in DECIDED_BY[name])
    }
    assert elsewhere == set()


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


def test_the_composition_root_imports_every_page() -> None:
    """A page is registered by being imported, and nobody else uses most of them."""
    pages = {module for module in BY_MODULE if module.startswith(f"{OURS}.ui.pages.")}
    assert pages
    assert pages <= set(imports_of(BY_MODULE[f"{OURS}.hcai_app"]))


def test_an_endpoint_stands_in_one_table() -> None:
    """What a second table forgets is a fault that only its users find."""
    paths = {endpoint.path for endpoint in ENDPOINTS}
    naming = {
        module.removeprefix(f"{OURS}.")
        for module, path in BY_MODULE.items()
        if module.startswith(f"{OURS}.api.")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and str(node.value).removeprefix(ROUTE_ROOT) in paths
    }
    assert naming == {"api.endpoints"}


def test_only_the_period_knows_when_a_budget_begins_and_ends() -> None:
    """A budget by the month would else have its days all over the house."""
    days = re.compile(r"MS_PER_DAY|86_?400_?000|midnight|hour=0|00:00 UTC")
    knowing = {
        module.removeprefix(f"{OURS}.")
        for module, path in BY_MODULE.items()
        if room_of(module) != "simulator" and days.search(path.read_text())
    }
    assert knowing == {"clock", "services.limits.period", *CALENDARS}


def test_browsers_are_told_when_a_budget_resets() -> None:
    """They compute no end of a day; `server-clock.mjs` counts days that have passed."""
    days = re.compile(r"set(UTC)?Hours|86_?400(_?000)?\b|864e5|24 \* (60|3_?600)|midnight")
    kinds = {".js", ".jsx", ".mjs"}
    scripts = [path for path in (ROOT / OURS).rglob("*.*") if path.suffix in kinds]
    assert scripts
    assert [path.name for path in scripts if days.search(path.read_text())] == ["server-clock.mjs"]


def test_every_module_says_what_lives_there() -> None:
    silent = [module_of(path) for path in APP if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_a_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for module, path in BY_MODULE.items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_names_say_what_they_hold() -> None:
    vague = {"utils", "helpers", "manager", "misc", "common"}
    assert [module_of(path) for path in APP if path.stem in vague] == []
