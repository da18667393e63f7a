"""One person: what they use, what was refused them, their keys, and all that an admin may do."""

import asyncio
from dataclasses import dataclass

from hcai_app import formatting
from hcai_app.api.desk import log_page, person_acts
from hcai_app.api.desk.frame import card, chip, facts, num, person_path, row, rows, when
from hcai_app.api.desk.html import Html, code, div, element, joined, p
from hcai_app.api.desk.visit import View, Visit
from hcai_app.services import audit
from hcai_app.services.audit import Entry
from hcai_app.services.call import LedgerEntry
from hcai_app.services.fairuse import exemptions
from hcai_app.services.fairuse.exemptions import Exemption
from hcai_app.services.keys import stored
from hcai_app.services.keys.stored import StoredKey
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.limits import accounts, period
from hcai_app.services.people import users
from hcai_app.services.people.users import User
from hcai_app.services.usage import activity, by_key, filters, refusals, totals
from hcai_app.services.usage.by_key import KeyList, KeyUsage
from hcai_app.services.usage.totals import Totals

CALLS, ACTS = 20, 20
PEOPLE = "/admin/people"


@dataclass(frozen=True, slots=True)
class Person:
    """All that the page shows."""

    user: User
    spent_nanousd: int
    budget_nanousd: int
    used: Totals
    keys: KeyList
    stored: dict[str, StoredKey]  # by id
    calls: list[LedgerEntry]
    refused: list[RefusedCall]
    exemptions: list[Exemption]
    acts: list[Entry]

    @property
    def path(self) -> str:
        """The address of their page."""
        return person_path(self.user.id)


async def show(visit: Visit) -> View:
    """Show somebody.

    Raises:
        NotFound: When there is nobody of that id.
    """
    person = await _read(visit)
    content = joined(
        [
            _about(person),
            div(
                _use(person),
                person_acts.show(person.user, person.path, person.exemptions),
                class_="grid",
            ),
            _keys(person),
            _calls(person),
            _refusals(person),
            card("What admins did", log_page.entries(person.acts, of_one=True)),
        ]
    )
    return View(person.user.name or "A deleted account", content, here=PEOPLE)


async def _read(visit: Visit) -> Person:
    database = visit.worker.database
    user = await database.read(lambda it: users.find(it, visit.name), "account")
    account, used, calls, exempted = await asyncio.gather(
        accounts.read_or_unavailable(database, accounts.current_account(user.id)),
        totals.of_user(database, user.id),
        activity.page(database, user.id, filters.Filter(), size=CALLS),
        exemptions.listed(database),
    )
    keys, stored_keys, acts, refused = await asyncio.gather(
        by_key.of_user(database, user.id),
        stored.of_user(database, user.id),
        database.read(lambda it: audit.latest(it, ACTS, user_id=user.id), "audit log"),
        database.read(lambda it: refusals.every(it, user.id), "refused calls"),
    )
    return Person(
        user=user,
        spent_nanousd=account.spent,
        budget_nanousd=visit.worker.budget.limit_for(user.budget_nanousd, user.granted_nanousd),
        used=used,
        keys=keys,
        stored={key.id: key for key in stored_keys},
        calls=calls.calls,
        refused=refused[: -CALLS - 1 : -1],  # the newest first
        exemptions=[one for one in exempted if one.user_id == user.id],
        acts=acts,
    )


def _about(person: Person) -> Html:
    user = person.user
    chips = [
        chip("banned", "bad") if user.is_banned else None,
        chip("verified", "good") if user.is_verified else chip("not verified"),
        chip("vouched for") if user.is_vouched else None,
        chip("deleted") if user.deleted_at else None,
    ]
    named = [code(name) for name in (user.slack_id, user.id) if name]
    return div(*(joined([one, " "]) for one in (*chips, *named)), _ban(user), class_="about")


def _ban(user: User) -> Html | None:
    if not user.is_banned:
        return None
    ends = joined([", ends ", when(user.banned_until)]) if user.banned_until else None
    return p("Banned ", when(user.banned_at), ends, f": {user.ban_reason}")


def _use(person: Person) -> Html:
    user, budget = person.user, formatting.usd_short(person.budget_nanousd)
    own = " (their own)" if user.budget_nanousd is not None else ""
    granted = user.granted_nanousd is not None
    meter = element(
        "meter",
        min="0",
        max=str(max(person.budget_nanousd, 1)),
        value=str(person.spent_nanousd),
        aria_label=f"Spent {period.THIS}, of the budget",
    )
    return card(
        "Use",
        facts(
            (f"Spent {period.THIS}", formatting.usd(person.spent_nanousd)),
            ("Of", f"{budget} {period.EACH}{' (granted)' if granted else own}"),
            ("Calls", formatting.count(person.used.requests)),
            ("Tokens", formatting.tokens(person.used.total_tokens)),
            ("Spent in all", formatting.usd(person.used.cost_nanousd)),
            ("Here since", when(user.created_at)),
        ),
        meter,
        p("Granted, ends ", when(user.granted_until), f": {user.grant_reason}")
        if granted
        else None,
    )


def _keys(person: Person) -> Html:
    listed = [_key(person, key) for key in (*person.keys.active, *person.keys.revoked)]
    columns = ("Key", "Made", "Last used", "Calls", period.THIS.capitalize(), "In all", "Rules", "")
    return card("Keys", rows(columns, listed, "No keys."))


def _key(person: Person, key: KeyUsage) -> Html:
    stored = person.stored.get(key.id)
    acts = person_acts.of_key(person.path, key.id, is_on=stored is None or stored.is_on)
    return row(
        joined([key.name, " ", code(key.preview)]),
        when(key.created_at),
        when(key.last_call_ms),
        num(formatting.count(key.requests)),
        num(formatting.usd(key.period_nanousd)),
        num(formatting.usd(key.cost_nanousd)),
        _rules(stored) if stored else None,
        joined(["expired " if key.has_expired else "revoked ", when(key.ended_at)])
        if key.ended_at
        else acts,
    )


def _rules(key: StoredKey) -> Html:
    budget = key.budget_nanousd
    return joined(
        [
            None if key.is_on else chip("off", "bad"),
            joined(["ends ", when(key.ends_at), " "]) if key.ends_at else None,
            f"{formatting.usd_short(budget)} {period.EACH} " if budget is not None else None,
            key.models and f"only {key.models.replace(',', ', ')}",
        ]
    )


def _calls(person: Person) -> Html:
    listed = [
        row(
            when(call.started_at_ms),
            call.model,
            call.outcome.replace("_", " "),
            num(formatting.tokens(call.total_tokens)),
            num(formatting.usd(call.cost_nanousd)),
            code(call.id),
        )
        for call in person.calls
    ]
    columns = ("When", "Model", "Outcome", "Tokens", "Cost", "Request id")
    return card("Latest calls", rows(columns, listed, "No calls yet."))


def _refusals(person: Person) -> Html:
    listed = [
        row(
            when(refusal.at_ms),
            str(refusal.code),
            refusal.rule or refusal.type.replace("_", " "),
            refusal.message,
            code(refusal.id),
        )
        for refusal in person.refused
    ]
    columns = ("When", "Code", "Why", "What they were told", "Request id")
    return card("Refused in the last week", rows(columns, listed, "Nothing was refused them."))
