"""Who is signed in, as the product would find them."""

from hcai_app.db.engine import Database
from hcai_app.errors import NotAuthenticated
from hcai_app.services.call import Caller
from hcai_app.services.keys.authentication import Authentication


async def signed_in(database: Database, cookie: str, *, secret_key: str) -> Caller | None:
    """Who a session's cookie signs in; None when it opens nothing."""
    authentication = Authentication(database, secret_key=secret_key, require_verified=False)
    try:
        return await authentication.by_cookie(cookie)
    except NotAuthenticated:
        return None
