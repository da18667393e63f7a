"""Private APIs of Reflex: which handlers, vars and form fields browsers may name."""

from reflex.event import EventHandler
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

# The member under which a submitted form brings its fields, each a name and a value.
FORM_ENTRIES = FORM_DATA_ENTRIES_KEY

# Reflex writes it behind the names of vars.
VAR_MARK = "_rx_state_"


def event_handler(name: str) -> tuple[EventHandler, str] | None:
    """Return what Reflex would run for an event of this name, and the module of its state.

    The registry holds every public method of every state under the name that browsers send.
    """
    registered = RegistrationContext.get().event_handlers.get(name)
    return registered and (registered.handler, registered.states[0].__module__)


def is_browser_storage(name: str) -> bool:
    """Return whether a browser is asked to keep this var of a state (`rx.SessionStorage` and such).

    What a browser sends at its first event are full names of vars, with or without the mark.
    """
    state, _, var = name.rpartition(".")
    states = RegistrationContext.get().base_states
    return state in states and states[state]._is_client_storage(var.removesuffix(VAR_MARK))
