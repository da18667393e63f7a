"""Account deletion: keys and sessions end at once, personal data is erased.

Ledger rows and roll-ups stay for the site's sums, under a random user id that stands for nobody;
a call that runs meanwhile is cut and booked as ever.
"""

from sqlalchemy import Connection, select, update

from hcai_app import clock
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table, users_table
from hcai_app.services import changes
from hcai_app.services.fairuse import appeals, exemptions, sharing
from hcai_app.services.keys import keys
from hcai_app.services.ledger import refusals
from hcai_app.services.people import identity, sessions, users
from hcai_app.services.safety import counts, reports

NOBODY = {
    "name": "",
    "slack_id": None,
    "subject": None,
    "email": None,
    "is_verified": False,
    "is_vouched": False,
    "verification_status": None,
    "ysws_eligible": None,
    "signed_in_at": None,
    "ban_reason": None,
    "grant_reason": None,
}


async def delete(database: Database, user_id: str, *, secret_key: str) -> None:
    """Delete a user's account, whole or not at all.

    Raises:
        NotFound: When there is no such user, or not any more.
        Unavailable: When the database is away.
    """

    def work(connection: Connection) -> None:
        users.lock(connection, user_id)
        keys.revoke_all(connection, user_id)
        of_user = keys_table.c.user_id == user_id
        connection.execute(
            update(keys_table).where(of_user).values(name="", preview="", leak_url=None)
        )
        sessions.drop_all(connection, user_id)
        exemptions.drop_all(connection, user_id)
        appeals.drop_all(connection, user_id)
        refusals.drop_all(connection, user_id)
        counts.forget(connection, user_id)
        reports.forget(connection, user_id)
        sharing.forget(connection, user_id)
        _anonymise(connection, user_id, secret_key)
        changes.append(connection, user_id)

    await database.write(work, "account")


def _anonymise(connection: Connection, user_id: str, secret_key: str) -> None:
    """Empty the user's row; keyed hashes of who they were stay until the day ends.

    Without them, whoever deletes their account and signs in again would have a second budget today.
    """
    columns = users_table.c
    who = select(columns.subject, columns.slack_id).where(columns.id == user_id)
    subject, slack_id = connection.execute(who).one()
    values = {
        **NOBODY,
        "deleted_at": clock.now(),
        "deleted_subject_hash": identity.deleted_subject_hash(subject, secret_key),
        "deleted_slack_id_hash": identity.deleted_slack_id_hash(slack_id, secret_key),
    }
    connection.execute(update(users_table).where(users_table.c.id == user_id).values(**values))
