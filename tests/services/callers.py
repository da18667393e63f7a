"""Who is signed in, as the product would find them."""

from typing import Any

from sqlalchemy import select

from hcai_app.db.engine import Database
from hcai_app.db.tables import users_table
from hcai_app.errors import NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.keys.authentication import Authentication
from hcai_app.services.people import users


async def signed_in(database: Database, cookie: str, *, secret_key: str) -> Caller | None:
    """Who a session's cookie signs in; None when it opens nothing."""
    authentication = Authentication(database, secret_key=secret_key, require_verified=False)
    try:
        return await authentication.by_cookie(cookie)
    except NotAuthenticated:
        return None


async def row_of(database: Database, reference: str) -> dict[str, Any]:
    """All that is stored of a user."""
    found = await database.read(lambda it: users.find(it, reference), "user")
    query = select(users_table).where(users_table.c.id == found.id)
    return dict(await database.read(lambda it: it.execute(query).mappings().one(), "user"))
