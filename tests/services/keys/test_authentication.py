import asyncio
from dataclasses import replace
from typing import Any

import pytest

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.errors import NotAllowed, NotAuthenticated, RateLimited, Unavailable
from hcai_app.services.keys import authentication as authentication_module
from hcai_app.services.keys import keys
from hcai_app.services.keys.authentication import UNKNOWN_KEYS_PER_MINUTE, Authentication
from hcai_app.services.people import sessions, users
from tests.services.outages import PostgresOutage

SECRET = "a secret of the tests, long enough for it"
UNKNOWN = keys.PREFIX + "0" * 64
HERE = "127.0.0.1"


def authentication_on(database: Database, **settings: Any) -> Authentication:
    return Authentication(database, secret_key=SECRET, **{"require_verified": False, **settings})


async def issue(database: Database, user: str = "U1") -> keys.IssuedKey:
    return await keys.issue(database, user, "laptop", secret_key=SECRET, max_keys=50)


@pytest.fixture
async def key(database: Database) -> keys.IssuedKey:
    await users.create(database, slack_id="U1", name="Ada", budget_nanousd=7)
    return await issue(database)


@pytest.fixture
def authentication(database: Database) -> Authentication:
    return authentication_on(database)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds by which the cache's clock is ahead."""
    ahead = [0.0]
    monotonic = authentication_module.time.monotonic
    monkeypatch.setattr(authentication_module.time, "monotonic", lambda: monotonic() + ahead[0])
    return ahead


async def test_a_key_names_its_user(
    database: Database, authentication: Authentication, key: Any
) -> None:
    caller = await authentication.by_key(key.secret, HERE)
    user = await database.read(lambda it: users.find(it, "U1"), "user")
    assert (caller.user_id, caller.key_id) == (user.id, key.id)
    assert (caller.budget_nanousd, caller.ban_reason) == (7, None)
    assert caller.pseudonym not in (user.id, "U1", "Ada")
    assert await authentication.by_key(key.secret, HERE) == caller
    assert (
        await authentication_on(database).by_key(key.secret, HERE)
    ).pseudonym == caller.pseudonym


async def test_any_other_text_is_nobodys(authentication: Authentication, key: Any) -> None:
    wrong = [None, "", keys.PREFIX, UNKNOWN, UNKNOWN[:-1], UNKNOWN + "\n", "ÿ" * 9, "'; --"]
    for sent in [*wrong, key.secret.upper(), key.secret + "0", key.id]:
        with pytest.raises(NotAuthenticated) as refusal:
            await authentication.by_key(sent, HERE)
        assert refusal.value.headers["WWW-Authenticate"] == "Bearer"


async def test_another_secret_opens_nothing(database: Database, key: Any) -> None:
    other = Authentication(database, secret_key=SECRET[::-1], require_verified=False)
    with pytest.raises(NotAuthenticated):
        await other.by_key(key.secret, HERE)


async def test_a_revoked_key_is_refused_once_its_change_is_heard(
    database: Database, authentication: Authentication, key: Any
) -> None:
    other = await issue(database)
    caller = await authentication.by_key(key.secret, HERE)
    await authentication.by_key(other.secret, HERE)
    await keys.revoke(database, key.id, secret_key=SECRET)
    authentication.forget(caller.user_id, key.id)
    with pytest.raises(NotAuthenticated):
        await authentication.by_key(key.secret, HERE)
    await authentication.by_key(other.secret, HERE)


async def test_a_key_revoked_while_it_is_read_is_not_remembered(
    database: Database, authentication: Authentication, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = authentication._query
    reads = 0

    async def slow_query(*wanted: Any) -> Any:
        nonlocal reads
        reads += 1
        caller = await query(*wanted)
        if reads == 1:  # the key is revoked, and that is heard, before the answer is here
            await keys.revoke(database, key.id, secret_key=SECRET)
            authentication.forget(caller.user_id, key.id)  # type: ignore[union-attr]
        return caller

    monkeypatch.setattr(authentication, "_query", slow_query)
    with pytest.raises(NotAuthenticated):
        await authentication.by_key(key.secret, HERE)
    assert reads == 2


async def test_without_hearing_of_it_a_revocation_holds_after_half_a_minute(
    database: Database, authentication: Authentication, key: Any, moved: list[float]
) -> None:
    await authentication.by_key(key.secret, HERE)
    await keys.revoke(database, key.secret, secret_key=SECRET)
    moved[0] = authentication_module.FRESH_S + 1
    with pytest.raises(NotAuthenticated):
        await authentication.by_key(key.secret, HERE)


async def test_who_is_banned_or_not_verified_is_told_why(database: Database, key: Any) -> None:
    strict = authentication_on(database, require_verified=True)
    with pytest.raises(NotAllowed, match="not verified"):
        strict.check_allowed(await strict.by_key(key.secret, HERE))
    await users.ban(database, "U1", "spam")
    authentication = authentication_on(database)
    with pytest.raises(NotAllowed, match="spam"):
        authentication.check_allowed(await authentication.by_key(key.secret, HERE))
    await users.unban(database, "U1")
    fresh = authentication_on(database)
    fresh.check_allowed(await fresh.by_key(key.secret, HERE))


async def test_an_address_that_guesses_keys_is_slowed_down_and_its_neighbours_are_not(
    authentication: Authentication, key: Any
) -> None:
    for n in range(UNKNOWN_KEYS_PER_MINUTE):
        with pytest.raises(NotAuthenticated):
            await authentication.by_key(f"{keys.PREFIX}{n:064x}", HERE)
    with pytest.raises(RateLimited) as refusal:
        await authentication.by_key(UNKNOWN, HERE)
    assert 1 <= int(refusal.value.headers["Retry-After"]) <= 61
    with pytest.raises(NotAuthenticated):
        await authentication.by_key(UNKNOWN, "192.0.2.1")
    await authentication.by_key(key.secret, HERE)  # a school behind one address goes on


async def test_the_cache_is_bounded(
    database: Database, authentication: Authentication, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication_module, "MAX_CACHED", 3)
    for issued in [key, *[await issue(database) for _ in range(6)]]:
        await authentication.by_key(issued.secret, HERE)
    assert len(authentication._cache) == 3


async def test_while_the_database_is_away_known_keys_go_on_and_nobody_gets_401(
    outage: PostgresOutage, moved: list[float]
) -> None:
    database = Database(outage.url)
    await users.create(database, slack_id="U1", name="Ada")
    known, other = await issue(database), await issue(database)
    authentication = authentication_on(database)
    caller = await authentication.by_key(known.secret, HERE)
    await outage.begin()
    moved[0] = authentication_module.FRESH_S + authentication_module.STALE_S - 5
    assert await authentication.by_key(known.secret, HERE) == caller
    for sent in (other.secret, UNKNOWN):
        with pytest.raises(Unavailable) as refusal:
            await authentication.by_key(sent, HERE)
        assert int(refusal.value.headers["Retry-After"]) > 0
    moved[0] += 10
    with pytest.raises(Unavailable):
        await authentication.by_key(known.secret, HERE)
    await outage.end()
    await asyncio.gather(*(authentication.by_key(k.secret, HERE) for k in (known, other)))
    await database.close()


async def open_session(database: Database, user: str = "U1") -> str:
    found = await database.read(lambda it: users.find(it, user), "user")
    return await sessions.create(database, found.id, secret_key=SECRET)


async def test_a_session_names_the_same_user_as_their_keys(
    database: Database, authentication: Authentication, key: Any
) -> None:
    by_key = await authentication.by_key(key.secret, HERE)
    cookie = await open_session(database)
    by_session = await authentication.by_session(sessions.id_of(cookie, SECRET))
    assert by_session == await authentication.by_cookie(cookie)
    assert (by_session.name, by_session.session_id) == ("Ada", sessions.id_of(cookie, SECRET))
    assert (by_session.key_id, by_key.session_id) == (None, None)
    assert replace(by_session, session_id=None) == replace(by_key, key_id=None)


async def test_what_is_no_cookie_of_ours_opens_nothing(
    database: Database, authentication: Authentication, key: Any
) -> None:
    cookie = await open_session(database)
    session_id = sessions.id_of(cookie, SECRET)
    stored = sessions.proof_of(cookie, SECRET)
    for sent in [
        None,
        "",
        cookie[:-1],
        cookie.swapcase(),
        key.secret,
        session_id,
        stored,
        "ÿ'; --",
    ]:
        with pytest.raises(NotAuthenticated):
            await authentication.by_cookie(sent)
    with pytest.raises(NotAuthenticated):
        other = Authentication(database, secret_key=SECRET[::-1], require_verified=False)
        await other.by_cookie(cookie)
    for sent in ["", cookie, stored, "ÿ'; --"]:
        with pytest.raises(NotAuthenticated):
            await authentication.by_session(sent)


async def test_a_session_that_has_ended_opens_nothing_from_that_moment(
    database: Database, authentication: Authentication, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_out, expired = [await open_session(database) for _ in range(2)]
    for cookie in (signed_out, expired):
        await authentication.by_cookie(cookie)
    await sessions.end(database, sessions.id_of(signed_out, SECRET))
    with pytest.raises(NotAuthenticated):
        await authentication.by_cookie(signed_out)
    then = clock.now() + sessions.LIFETIME
    monkeypatch.setattr(sessions.clock, "now", lambda: then)
    with pytest.raises(NotAuthenticated):
        await authentication.by_cookie(expired)


async def test_a_session_that_ends_while_it_is_read_opens_nothing(
    database: Database, authentication: Authentication, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = await open_session(database)
    query, reads = authentication._query, 0

    async def slow_query(*wanted: Any) -> Any:
        nonlocal reads
        reads += 1
        caller = await query(*wanted)
        if reads == 1:  # they sign out, and that is heard, before the answer is here
            await sessions.end(database, sessions.id_of(cookie, SECRET))
            authentication.forget(caller.user_id, None)  # type: ignore[union-attr]
        return caller

    monkeypatch.setattr(authentication, "_query", slow_query)
    with pytest.raises(NotAuthenticated):
        await authentication.by_cookie(cookie)
    assert reads == 2


async def test_who_is_banned_is_told_so_on_our_pages_too(
    database: Database, authentication: Authentication, key: Any
) -> None:
    cookie = await open_session(database)
    await users.ban(database, "U1", "spam")
    with pytest.raises(NotAllowed, match="spam"):
        authentication.check_allowed(await authentication.by_cookie(cookie, even_banned=True))
    for finding in (
        authentication.by_cookie(cookie),
        authentication.by_session(sessions.id_of(cookie, SECRET)),
    ):
        with pytest.raises(NotAuthenticated):  # they sit before no page, and read nothing
            await finding
