"""Private APIs of Reflex: the variables that it reads when it builds and serves."""

from pathlib import Path
from typing import TypeVar

from reflex.constants import CompileContext, Env
from reflex.environment import EnvVar, environment

T = TypeVar("T")


def serve_compiled(port: int, *, with_pages: bool) -> None:
    """Make the app serve what is compiled, here and in the processes that are started here.

    The variables that `reflex run --env prod` sets for its workers, three of them internal.
    """
    environment.REFLEX_BACKEND_PORT.set(port)
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_COMPILE_CONTEXT.set(CompileContext.RUN)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(with_pages)


def prefer_tools(*, reloaded: list[Path]) -> None:
    """Choose npm, no look for a newer Reflex, and what is watched, where nobody chose otherwise.

    Reflex reads these variables whenever it asks, so that the configuration is early enough.
    """
    _set_default(environment.REFLEX_USE_NPM, True)
    _set_default(environment.REFLEX_CHECK_LATEST_VERSION, False)
    _set_default(environment.REFLEX_HOT_RELOAD_OVERRIDE_PATHS, reloaded)


def _set_default(variable: EnvVar[T], value: T) -> None:
    if not variable.is_set():
        variable.set(value)
