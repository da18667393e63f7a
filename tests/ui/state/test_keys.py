import pytest

from hcai_app import hashing
from hcai_app.errors import NotAuthenticated, NotFound
from hcai_app.services.keys import keys, stored
from hcai_app.services.keys.keys import IssuedKey
from hcai_app.services.people import sessions
from hcai_app.ui.state.keys import KeysState
from hcai_app.worker import context
from hcai_app.worker.context import Worker
from tests.ui.state.conftest import SECRET
from tests.ui.state.tabs import Tab, root_of, sign_in


async def issue(serving: Worker, tab: Tab, name: str = "laptop") -> IssuedKey:
    return await keys.issue(serving.database, tab.user_id, name, secret_key=SECRET, max_keys=3)


async def test_the_page_shows_the_visitors_keys_and_how_many_are_left(serving: Worker) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    await issue(serving, bob, "bob's")
    first, last = await issue(serving, ada, "first"), await issue(serving, ada, "last")
    await keys.revoke_own(serving.database, ada.user_id, first.id)
    state = await ada.open(KeysState)
    await state.load_keys()
    assert state.is_loaded
    assert state.is_signed_in
    assert [key.name for key in state.active] == ["last"]
    assert [key.name for key in state.revoked] == ["first"]
    assert (state.limit, state.left) == (3, 2)
    assert state.active[0].preview == last.preview
    assert (state.active[0].last_call_ms, state.active[0].requests) == (0, "0")


async def test_nothing_that_is_sent_holds_a_secret(serving: Worker) -> None:
    ada = await sign_in(serving)
    issued = await issue(serving, ada)
    state = await ada.open(KeysState)
    await state.load_keys()
    told = ada.told()
    assert "laptop" in told
    digest = hashing.keyed_hash(issued.secret, SECRET)
    session_id = sessions.id_of(ada.cookie, SECRET)
    for secret in (issued.secret, issued.secret[20:40], digest, ada.cookie, session_id):
        assert secret not in told


async def test_a_revoked_key_moves_to_the_others(serving: Worker) -> None:
    ada = await sign_in(serving)
    issued = await issue(serving, ada)
    state = await ada.open(KeysState)
    await state.load_keys()
    toast = await state.revoke(issued.id)
    assert "laptop is revoked." in str(toast)
    assert (state.active, state.left) == ([], 3)
    assert [key.id for key in state.revoked] == [issued.id]


@pytest.mark.parametrize("forged", ["key_none", "", "x" * 100_000, "key_\0", 5, None, {"id": 1}])
async def test_what_is_no_key_is_not_found(serving: Worker, forged: str) -> None:
    ada = await sign_in(serving)
    state = await ada.open(KeysState)
    with pytest.raises(NotFound):
        await state.revoke(forged)


async def test_the_key_of_another_cannot_be_revoked(serving: Worker) -> None:
    ada, bob = await sign_in(serving), await sign_in(serving, "U2", "Bob")
    issued = await issue(serving, bob)
    state = await ada.open(KeysState)
    with pytest.raises(NotFound):
        await state.revoke(issued.id)
    (row,) = await stored.of_user(serving.database, bob.user_id)
    assert row.revoked_at is None


async def test_an_ended_session_changes_and_sees_nothing(serving: Worker) -> None:
    ada = await sign_in(serving)
    issued = await issue(serving, ada)
    await sessions.end_all(serving.database, ada.user_id)
    state = await ada.open(KeysState)
    await state.load_keys()
    assert (state.is_known, state.is_signed_in, state.active) == (True, False, [])
    with pytest.raises(NotAuthenticated):
        await state.revoke(issued.id)


async def test_a_browser_that_never_signed_in_sees_nothing(serving: Worker) -> None:
    assert serving is context.current()
    for cookies in ("", "hcai_session=ses_made-up", "hcai_session="):
        state = await root_of(cookies).get_state(KeysState)
        await state.load_keys()
        assert (state.is_known, state.is_signed_in, state.is_loaded) == (True, False, False)
