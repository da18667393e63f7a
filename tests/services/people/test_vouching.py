"""An admin's word about somebody's age holds beside the provider's, until it is taken back."""

from hcai_app.db.engine import Database
from hcai_app.services.people import sign_in, users, vouching
from hcai_app.services.people.identity import Identity, SignInRefused
from hcai_app.services.people.sign_in import Rules
from hcai_app.services.people.users import User

RULES = Rules("s" * 32, require_verified=True, admins=())
PENDING = Identity("ident!ada", name="Ada", slack_id="UADA", verification_status="pending")


async def user_of(database: Database) -> User:
    return await database.read(lambda it: users.find(it, "UADA"), "account")


async def comes_in(database: Database, identity: Identity = PENDING) -> bool:
    try:
        return bool(await sign_in.sign_in(database, identity, RULES))
    except SignInRefused:
        return False


async def test_who_is_vouched_for_comes_in_and_stays_verified(database: Database) -> None:
    await users.create(database, slack_id="UADA", name="Ada")
    assert not await comes_in(database)
    await vouching.vouch(database, "UADA", "met them")
    assert await comes_in(database)
    ada = await user_of(database)
    assert (ada.is_verified, ada.is_vouched) == (True, True)
    await vouching.take_back(database, "UADA", "mistaken")
    assert not (await user_of(database)).is_verified
    assert not await comes_in(database)


async def test_taking_it_back_leaves_what_the_provider_says(database: Database) -> None:
    eligible = Identity(
        "ident!ada", slack_id="UADA", verification_status="verified", ysws_eligible=True
    )
    assert await comes_in(database, eligible)
    await vouching.vouch(database, "UADA", "met them")
    await vouching.take_back(database, "UADA", "it was not needed")
    assert (await user_of(database)).is_verified


async def test_a_ban_is_stronger(database: Database) -> None:
    await users.create(database, slack_id="UADA", name="Ada")
    await vouching.vouch(database, "UADA", "met them")
    await users.ban(database, "UADA", "spam")
    assert not await comes_in(database)
