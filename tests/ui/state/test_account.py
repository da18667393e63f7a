import pytest
from sqlalchemy import text

from hcai_app import hashing
from hcai_app.errors import InvalidRequest, NotAuthenticated, Unavailable
from hcai_app.services.account import deletion
from hcai_app.services.call import Caller
from hcai_app.services.keys import keys
from hcai_app.services.people import sessions, users
from hcai_app.ui.state.account import PHRASE, AccountState
from hcai_app.worker.context import Worker
from tests.services.callers import signed_in
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import Tab, open_tab, root_of, sign_in


async def caller_in(serving: Worker, tab: Tab) -> Caller | None:
    return await signed_in(serving.database, tab.cookie, secret_key=SECRET)


async def test_the_page_shows_what_is_stored(serving: Worker) -> None:
    ada = await sign_in(serving)
    await open_tab(serving, ada.user_id)
    await sign_in(serving, "U2", "Bob")
    for name in ("one", "two"):
        made = await keys.issue(serving.database, ada.user_id, name, secret_key=SECRET, max_keys=3)
    await keys.revoke_own(serving.database, ada.user_id, made.id)
    await users.set_budget(serving.database, "U1", 2_500_000_000)
    state = await ada.open(AccountState)
    await state.load_account()
    shown = state.account
    assert (shown.name, shown.slack_id, shown.email, shown.id) == ("Ada", "U1", "", ada.user_id)
    assert (shown.key_count, shown.key_limit) == ("1 active, 1 ended", "1 of 3")
    assert (shown.calls, shown.budget) == ("0", "$2.50")
    assert shown.verification == "Not verified. This server does not ask for it."
    assert [session.is_this_one for session in state.sessions] == [True, False]
    assert state.other_sessions == 1


async def test_nothing_that_is_sent_names_a_session(serving: Worker) -> None:
    ada = await sign_in(serving)
    state = await ada.open(AccountState)
    await state.load_account()
    told = ada.told()
    assert "U1" in told
    assert ada.cookie not in told
    assert "ses_" not in told
    assert hashing.keyed_hash(ada.cookie, SECRET, b"session") not in told


async def test_signing_out_everywhere_ends_every_session_of_this_user(serving: Worker) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    other = await open_tab(serving, ada.user_id)
    state = await ada.open(AccountState)
    await state.load_account()
    left = await state.sign_out_everywhere()
    assert "window.location.assign('/')" in str(left)
    assert await caller_in(serving, ada) is None
    assert await caller_in(serving, other) is None
    assert await caller_in(serving, bob) is not None
    with pytest.raises(NotAuthenticated):
        await state.sign_out_everywhere()


@pytest.mark.parametrize("way_out", ["sign_out_everywhere", "delete_account"])
async def test_who_cannot_get_out_still_sits_there(
    serving: Worker, monkeypatch: pytest.MonkeyPatch, way_out: str
) -> None:
    ada = await sign_in(serving)
    state = await ada.open(AccountState)
    await state.load_account()
    assert len(serving.tabs) == 1

    async def fail(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    for module, name in ((sessions, "end_all"), (deletion, "delete")):
        monkeypatch.setattr(module, name, fail)
    words = [PHRASE] if way_out == "delete_account" else []
    with pytest.raises(Unavailable):
        await getattr(state, way_out)(*words)
    assert len(serving.tabs) == 1
    assert state.account.name == "Ada"


async def test_deleting_takes_the_right_words(serving: Worker) -> None:
    ada = await sign_in(serving)
    state = await ada.open(AccountState)
    for typed in ("", "delete", "yes", None, 5, {"typed": PHRASE}, "x" * 100_000):
        with pytest.raises(InvalidRequest):
            await state.delete_account(typed)  # pyright: ignore[reportArgumentType]
    assert await caller_in(serving, ada) is not None


async def test_a_deleted_account_is_gone_and_its_name_with_it(serving: Worker) -> None:
    ada, bob = await sign_in(serving, name="Persimmon"), await sign_in(serving, "U2", "Bob")
    state = await ada.open(AccountState)
    await state.load_account()
    assert "Persimmon" in ada.told()
    left = await state.delete_account(f" {PHRASE.upper()} ")
    assert "window.location.assign('/sign-in/deleted#" in str(left)
    assert await caller_in(serving, ada) is None
    assert await caller_in(serving, bob) is not None
    assert (state.name, state.account.name, state.sessions) == ("", "", [])
    query = text("SELECT name FROM users ORDER BY name")
    names = await serving.database.read(lambda it: list(it.scalars(query)), "users")
    assert names == ["", "Bob"]
    with pytest.raises(NotAuthenticated):
        await state.delete_account(PHRASE)
    await state.load_account()
    assert (state.is_signed_in, state.is_loaded) == (False, False)


async def test_nobody_signed_in_deletes_nobody(serving: Worker) -> None:
    await sign_in(serving)
    state = await root_of("").get_state(AccountState)
    await state.load_account()
    assert (state.is_signed_in, state.is_loaded) == (False, False)
    with pytest.raises(NotAuthenticated):
        await state.delete_account(PHRASE)
