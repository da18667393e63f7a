"""Whatever a text holds that a page shows or runs, it is only a text."""

import ast
import subprocess
import sys

import pytest

from hcai_app.errors import InvalidRequest, NotFound
from hcai_app.services.keys import keys
from hcai_app.ui.state import page_actions
from hcai_app.ui.state.base import show_error
from hcai_app.ui.state.keys import KeysState
from hcai_app.worker.context import Worker
from tests.harness.processes import ROOT
from tests.test_architecture import BY_MODULE, imports_of, tree_of
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import sign_in

# What Reflex takes for references of its own, in a text that somebody wrote.
TAGGED = (
    "<reflex.Var>x</reflex.Var>",
    "<reflex.Var>1</reflex.Var>",
    "<reflex.Var>-1</reflex.Var>",
    "<reflex.Var>-</reflex.Var>",
    "<reflex.Var></reflex.Var>",
    "<reflex.Var>٣</reflex.Var>",
    "<reflex.Var>²</reflex.Var>",
    "<reflex.Var><reflex.Var>x</reflex.Var></reflex.Var>",
    "<<reflex.Var>reflex.Var>x</reflex.Var>",
    "<reflex.Var>a\nb</reflex.Var> and <reflex.Var>c</reflex.Var>",
    "<reflex.Var>",
)
HARMLESS = ('";alert(1)//', "`${1}`", "</script>", "<b>laptop</b>", "</reflex.Var>", "<reflex.Va")
ACTIONS = (
    page_actions.success,
    lambda text: page_actions.success("done", text),
    page_actions.failure,
    page_actions.run,
    page_actions.go,
    page_actions.scroll_to,
)
# What of `rx` hands a text to a page as a script, or as a part of one.
RUN_BY_PAGES = tuple(
    f"rx.{name}"
    for name in (
        *("toast.", "call_script", "call_function", "run_script", "redirect", "download"),
        *("set_clipboard", "set_value", "set_focus", "blur_focus", "scroll_to", "console_log"),
        *("window_alert", "remove_", "clear_", "upload_files", "_x", "Var.create", "LiteralVar"),
    )
)
# Of `reflex.event`: names for types and decorators.
TYPES = {"EventSpec", "EventHandler", "EventType", "Event"}
# A hang is what this is about: it must end with its own process.
HANG_S = 60


@pytest.mark.attack
def test_no_text_is_taken_for_a_reference() -> None:
    code = (
        "from tests.ui.state.test_page_actions import ACTIONS, HARMLESS, TAGGED\n"
        "from reflex.event import Event\n"
        "for number, act in enumerate(ACTIONS):\n"
        "    for text in (*HARMLESS, *TAGGED):\n"
        "        print(number, text, flush=True)  # the last is where it hangs\n"
        "        assert Event.from_event_type(act(text)), text\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=HANG_S)


@pytest.mark.attack
@pytest.mark.parametrize("text", [*HARMLESS, *TAGGED])
def test_an_error_is_shown_whatever_it_quotes(text: str) -> None:
    shown = str(show_error(InvalidRequest(f"There is no {text}.")))
    assert "There is no" in shown
    assert "<reflex.Var>" not in shown


@pytest.mark.attack
@pytest.mark.parametrize("name", [*HARMLESS, *TAGGED])
async def test_a_key_is_revoked_whatever_it_is_called(serving: Worker, name: str) -> None:
    ada = await sign_in(serving)
    issued = await keys.issue(serving.database, ada.user_id, name, secret_key=SECRET, max_keys=3)
    state = await ada.open(KeysState)
    await state.load_keys()
    assert [key.name for key in state.active] == [issued.name]
    assert "reflex.Va" not in issued.name or "reflex.Va" in ada.told()
    assert "is revoked." in str(await state.revoke(issued.id))
    assert state.active == []
    with pytest.raises(NotFound):
        await state.revoke("key_none")


@pytest.mark.attack
async def test_a_user_is_welcomed_whatever_they_are_called(serving: Worker) -> None:
    for number, name in enumerate((*HARMLESS, *TAGGED)):
        state = await (await sign_in(serving, f"U{number}", name)).open(KeysState)
        await state.load_keys()
        assert state.is_signed_in
        assert state.name == " ".join(name.split())


def test_the_tag_is_still_what_reflex_looks_for() -> None:
    import reflex_base.vars.sequence as sequence  # noqa: PLC0415 - the place where it is looked for

    assert page_actions.VAR_TAG == sequence.REFLEX_VAR_OPENING_TAG


def test_nobody_else_gives_texts_to_what_pages_run() -> None:
    """Reflex makes JavaScript of such a text, and obeys what it finds in it."""
    used = {
        (module, ast.unparse(node))
        for module, path in BY_MODULE.items()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith(RUN_BY_PAGES)
    }
    imported = {
        (module, name)
        for module, path in BY_MODULE.items()
        for name in imports_of(path)
        if name.startswith("reflex.event.") and name.rpartition(".")[2] not in TYPES
    }
    own = page_actions.__name__
    elsewhere = {(module, name) for module, name in used | imported if module != own}
    assert (own, "rx.call_script") in used
    assert elsewhere == {
        ("hcai_app.ui.components.shell", "rx.toast.provider"),
        # Of pages' own texts and vars, when they are compiled.
        ("hcai_app.edge.reflex_internals.browser", "rx.Var.create"),
    }
