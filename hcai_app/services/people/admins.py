"""Admins: the users whom `HCAI_ADMINS` names, by Slack id or by sign-in subject."""

from hcai_app.db.engine import Database
from hcai_app.errors import NotFound
from hcai_app.services.people import users
from hcai_app.services.people.users import User
from hcai_app.settings import Settings


async def find_admin(database: Database, settings: Settings, user_id: str) -> User | None:
    """Return a user if they are an admin now; None for everybody else.

    Raises:
        Unavailable: When the database is away.
    """
    if not settings.admins:
        return None
    try:
        user = await database.read(lambda it: users.find(it, user_id), "account")
    except NotFound:
        return None
    return user if users.is_admin(settings.admins, user.subject, user.slack_id) else None
