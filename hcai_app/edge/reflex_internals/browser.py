"""Private APIs of Reflex: components and vars of ours that live in the browser alone."""

from typing import Any

import reflex as rx
from reflex.components.el.element import Element  # pyright: ignore[reportMissingImports]
from reflex.components.react_router import (  # pyright: ignore[reportMissingImports]
    ReactRouterLink,
)
from reflex.experimental.client_state import ClientStateVar
from reflex.style import color_mode, resolved_color_mode
from reflex.style import set_color_mode as set_mode
from reflex_base.constants import REFLEX_VAR_OPENING_TAG
from reflex_base.utils.imports import ImportVar
from reflex_base.vars import VarData
from reflex_base.vars.function import FunctionVar
from reflex_components_core.core.banner import has_too_many_connection_errors
from reflex_components_core.core.window_events import WindowEventListener

# What `rx.color_mode` stands for, before and after the system has been asked.
chosen_color_mode, shown_color_mode, set_color_mode = color_mode, resolved_color_mode, set_mode
# A value that lives in one browser's page and never reaches a state.
ClientVar = ClientStateVar
# The base of every HTML tag's component: `rx.el` has no plain one, and `rx.el.a` no route of ours.
HtmlElement = Element
# A link within the app: React Router's own, which `rx.link` wraps in a component of Radix Themes.
RouterLink = ReactRouterLink
# What hears events of the whole window, as `rx.window_event_listener` does; a subclass names more.
WindowEvents = WindowEventListener
# True in a browser whose connection has failed twice: what Reflex' own banner asks.
is_connection_lost = has_too_many_connection_errors
# Opens a reference to a var within a text, wherever Reflex makes JavaScript of the text.
VAR_TAG = REFLEX_VAR_OPENING_TAG


def browser_value(name: str, kind: Any, library: str) -> rx.Var[Any]:
    """Return a value of a hook of ours in the browser: `usePlay(name)` of a library."""
    local = f"shown_{name.replace('.', '_')}"
    return browser_hook("usePlay", kind, library, name, local=local)


def browser_hook(hook: str, kind: Any, library: str, *arguments: Any, local: str = "shown") -> Any:
    """Return what a hook of ours gives in the browser, under the name of a `local` variable."""
    given = [rx.Var.create(argument) for argument in arguments]
    imports: Any = {library: [ImportVar(tag=hook)]}
    hooks: Any = {f"const {local} = {hook}({', '.join(map(str, given))})": None}
    data = VarData.merge(
        *[it._get_all_var_data() for it in given], VarData(imports=imports, hooks=hooks)
    )
    return rx.Var(local, _var_type=kind, _var_data=data).guess_type()


def browser_call(function: str, library: str, *arguments: Any, is_event: bool = False) -> Any:
    """Return a call of a function of ours in the browser: its value, or what an event does.

    As an event it gets the event's own arguments behind the given ones.
    """
    given = [rx.Var.create(argument) for argument in arguments]
    imports: Any = {library: [ImportVar(tag=function.partition(".")[0])]}
    data = VarData.merge(*[it._get_all_var_data() for it in given], VarData(imports=imports))
    texts = [str(argument) for argument in given]
    if not is_event:
        return rx.Var(f"{function}({', '.join(texts)})", _var_type=str, _var_data=data).guess_type()
    call = f"((...given) => {function}({', '.join([*texts, '...given'])}))"
    return rx.Var(call, _var_data=data).to(FunctionVar, rx.EventChain)


def browser_method(value: rx.Var[Any], *arguments: Any) -> Any:
    """Return an event that calls a function which a hook gives, with these arguments alone."""
    call = f"(() => {{ {value}({', '.join(str(rx.Var.create(it)) for it in arguments)}); }})"
    return rx.Var(call, _var_data=value._get_all_var_data()).to(FunctionVar, rx.EventChain)
