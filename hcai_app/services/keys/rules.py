"""A key's rules: its end, its own budget, its models, its switch. Its owner sets them at any time.

Like a revocation, a change reaches every worker within a second, through the change log. An end
that has passed is final; a switch is not.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, Connection, Row, update

from hcai_app import clock, formatting
from hcai_app.db.engine import Database
from hcai_app.db.tables import keys_table
from hcai_app.errors import InvalidRequest, NotAuthenticated
from hcai_app.services import audit, changes
from hcai_app.services.audit import Act
from hcai_app.services.call import KeyRules
from hcai_app.services.keys import keys
from hcai_app.services.models.catalog import is_allowed

MODEL = re.compile(r"[\w~@.-]+(/[\w~@.-]+)+(:[\w.-]+)?", re.ASCII)
MAX_MODELS, MAX_MODEL = 50, 200
MAX_BUDGET_NANOUSD = 10**15  # a million dollars


@dataclass(frozen=True, slots=True)
class RulesChange:
    """What is to be changed; None takes a rule away."""

    name: str | UnsetType = UNSET
    ends_at: datetime | UnsetType | None = UNSET
    budget_nanousd: int | UnsetType | None = UNSET
    models: tuple[str, ...] | UnsetType | None = UNSET
    is_on: bool | UnsetType = UNSET


async def change(
    database: Database,
    key_or_id: str,
    wanted: RulesChange,
    *,
    secret_key: str,
    actor: str = audit.COMMAND_LINE,
) -> str:
    """Change the rules of a key that itself or its id names; return its id.

    Raises:
        NotFound: When there is no such key.
        InvalidRequest: When the key has ended, or what is wanted cannot be.
        Unavailable: When the database is away.
    """
    return await _change(database, keys.by_name(key_or_id, secret_key), wanted, actor)


async def change_own(database: Database, user_id: str, key_id: str, wanted: RulesChange) -> str:
    """Change the rules of one of the user's own keys; return its id.

    Raises:
        NotFound: When the user has no such key.
        InvalidRequest: When the key has ended, or what is wanted cannot be.
        Unavailable: When the database is away.
    """
    return await _change(database, keys.own(user_id, key_id), wanted, None)


async def _change(
    database: Database, named: ColumnElement[bool], wanted: RulesChange, actor: str | None
) -> str:
    values = _values(wanted)

    def work(connection: Connection) -> str:
        key = keys.locked(connection, named)
        _check_change(key, wanted)
        if values:
            connection.execute(update(keys_table).where(keys_table.c.id == key.id).values(values))
            changes.append(connection, key.user_id, key.id)
        if actor is not None:
            before = {name: getattr(key, name) for name in values if name != "name"}
            after = {name: value for name, value in values.items() if name != "name"}
            audit.append(connection, Act("keys.set", actor, key.user_id, key.id, before, after))
        return key.id

    return await database.write(work, "keys")


def check_open(rules: KeyRules) -> None:
    """Refuse a key that is switched off, or has ended.

    Raises:
        NotAuthenticated: Saying which of the two.
    """
    if not rules.is_on:
        raise NotAuthenticated(
            "This API key is switched off: switch it on again on the keys page, or use another."
        )
    if rules.has_expired():
        ended = formatting.moment(rules.expires_at_ms or 0)
        if rules.is_rotated:
            raise NotAuthenticated(
                f"This API key was replaced, and ended at {ended}: use the new one."
            )
        raise NotAuthenticated(f"This API key ended at {ended}: make a new one on the keys page.")


def check_model(rules: KeyRules, model: str, param: str) -> None:
    """Refuse a model that is not in the key's list; a variant is with its base model.

    Raises:
        InvalidRequest: Naming those that are.
    """
    if rules.models is None or is_allowed(model, [*rules.models]):
        return
    raise InvalidRequest(
        f"This API key may not use the model {model[:MAX_MODEL]!r}: its owner allows "
        f"{', '.join(rules.models)}.",
        param=param,
        metadata={"allowed": [*rules.models], "rule": "key_models"},
    )


def models_in(stored: str | None) -> tuple[str, ...] | None:
    """Return the list of models that a key is stored with."""
    return None if stored is None else tuple(stored.split(","))


def models_from(text: str) -> tuple[str, ...] | None:
    """Return the ids that somebody wrote, with commas, spaces or lines between; None for none."""
    names = tuple(dict.fromkeys(filter(None, re.split(r"[\s,]+", text))))
    return names or None


def _values(wanted: RulesChange) -> dict[str, Any]:
    """Return what is to be stored.

    Raises:
        InvalidRequest: When a rule can never be like that.
    """
    values: dict[str, Any] = {}
    if wanted.name is not UNSET:
        values["name"] = keys.valid_name(wanted.name)
    if wanted.ends_at is not UNSET:
        values["expires_at"] = wanted.ends_at
    if wanted.budget_nanousd is not UNSET:
        values["budget_nanousd"] = _valid_budget(wanted.budget_nanousd)
    if wanted.models is not UNSET:
        values["models"] = _stored(wanted.models)
    if wanted.is_on is not UNSET:
        values["is_on"] = wanted.is_on
    return values


def _valid_budget(nanousd: int | None) -> int | None:
    if nanousd is not None and not 0 <= nanousd <= MAX_BUDGET_NANOUSD:
        raise InvalidRequest("A key's budget is an amount in dollars.", param="budget_usd")
    return nanousd


def _stored(models: tuple[str, ...] | None) -> str | None:
    if models is None:
        return None
    if not 0 < len(models) <= MAX_MODELS:
        raise InvalidRequest(f"Name 1 to {MAX_MODELS} models, or none for all.", param="models")
    for model in models:
        if len(model) > MAX_MODEL or MODEL.fullmatch(model) is None:
            raise InvalidRequest(
                f"{model[:MAX_MODEL]!r} is no model's id: they look like openai/gpt-5-mini.",
                param="models",
            )
    return ",".join(models)


def _check_change(key: Row[Any], wanted: RulesChange) -> None:
    now = clock.now()
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise InvalidRequest("This key has ended: make a new one.")
    until = wanted.ends_at
    if until is UNSET:
        return
    if until is not None and until <= now:
        raise InvalidRequest("The end must be a time to come.", param="expires_at")
    latest: datetime | None = key.expires_at
    is_later = latest is not None and (until is None or until > latest)
    if key.successor_id is not None and is_later:
        raise InvalidRequest(
            "This key was rotated: it can only end sooner. Change its successor.",
            param="expires_at",
        )
