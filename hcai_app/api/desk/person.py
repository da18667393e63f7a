"""One person: what they use, what was refused them, their keys, and all that an admin may do."""

import asyncio
from dataclasses import dataclass

from hcai_app import formatting, money
from hcai_app.api.desk import log_page
from hcai_app.api.desk.frame import (
    act,
    card,
    chip,
    facts,
    field,
    folded,
    num,
    person_path,
    reason_field,
    row,
    rows,
    when,
)
from hcai_app.api.desk.html import Html, code, div, element, joined, p
from hcai_app.api.desk.visit import View, Visit
from hcai_app.services import audit
from hcai_app.services.audit import Entry
from hcai_app.services.call import LedgerEntry
from hcai_app.services.fairuse import exemptions
from hcai_app.services.fairuse.exemptions import Exemption
from hcai_app.services.limits import accounts
from hcai_app.services.people import users
from hcai_app.services.people.users import User
from hcai_app.services.usage import activity, by_key, filters, totals
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
    calls: list[LedgerEntry]
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
            div(_use(person), _acts(person), class_="grid"),
            _keys(person),
            _calls(person),
            card("What admins did", log_page.entries(person.acts, of_one=True)),
        ]
    )
    return View(person.user.name or "A deleted account", content, here=PEOPLE)


async def _read(visit: Visit) -> Person:
    database, settings = visit.worker.database, visit.worker.settings
    user = await database.read(lambda it: users.find(it, visit.name), "account")
    account, used, keys, calls, exempted, acts = await asyncio.gather(
        accounts.read_or_unavailable(database, accounts.current_account(user.id)),
        totals.of_user(database, user.id),
        by_key.of_user(database, user.id),
        activity.page(database, user.id, filters.Filter(), size=CALLS),
        exemptions.listed(database),
        database.read(lambda it: audit.latest(it, ACTS, user_id=user.id), "audit log"),
    )
    own = user.budget_nanousd
    return Person(
        user=user,
        spent_nanousd=account.spent,
        budget_nanousd=money.to_nanousd(settings.daily_budget_usd) if own is None else own,
        used=used,
        keys=keys,
        calls=calls.calls,
        exemptions=[one for one in exempted if one.user_id == user.id],
        acts=acts,
    )


def _about(person: Person) -> Html:
    user = person.user
    chips = [
        chip("banned", "bad") if user.banned_at else None,
        chip("verified", "good") if user.is_verified else chip("not verified"),
        chip("deleted") if user.deleted_at else None,
    ]
    named = [code(name) for name in (user.slack_id, user.id) if name]
    reason = p("Banned ", when(user.banned_at), f": {user.ban_reason}") if user.banned_at else None
    return div(*(joined([one, " "]) for one in (*chips, *named)), reason, class_="about")


def _use(person: Person) -> Html:
    budget = formatting.usd_short(person.budget_nanousd)
    own = " (their own)" if person.user.budget_nanousd is not None else ""
    meter = element(
        "meter",
        min="0",
        max=str(max(person.budget_nanousd, 1)),
        value=str(person.spent_nanousd),
        aria_label="Spent today, of the budget",
    )
    return card(
        "Use",
        facts(
            ("Spent today", f"{formatting.usd(person.spent_nanousd)} of {budget}{own}"),
            ("Calls", formatting.count(person.used.requests)),
            ("Tokens", formatting.tokens(person.used.total_tokens)),
            ("Spent in all", formatting.usd(person.used.cost_nanousd)),
            ("Here since", when(person.user.created_at)),
        ),
        meter,
    )


def _acts(person: Person) -> Html:
    user, back = person.user, person.path
    if user.deleted_at:
        return card("Acts", p("The account is deleted: there is nobody to act on.", class_="quiet"))
    banned = (
        act("unban", "Let them in again", back=back, user=user.id)
        if user.banned_at
        else act("ban", "Ban", reason_field(), back=back, user=user.id)
    )
    budget = field("usd", "Dollars a day", type="number", min="0", step="any", required=True)
    return card(
        "Acts",
        folded("Unban" if user.banned_at else "Ban", banned, command="ban"),
        folded("Budget", act("budget", "Set", budget, back=back, user=user.id), command="budget"),
        folded("Exempt from fair use", _exempting(person), command="exempt"),
        *_exempted(person),
    )


def _exempting(person: Person) -> Html:
    return act(
        "exempt",
        "Exempt",
        field("rule", "Rule (none: all rules)"),
        field("until", "Until (UTC)", type="date", required=True),
        reason_field(),
        back=person.path,
        user=person.user.id,
    )


def _exempted(person: Person) -> list[Html]:
    return [
        div(
            p(f"Exempt from {one.rule or 'all rules'}, ends ", when(one.until), f": {one.reason}"),
            act("end-exemption", "End it", back=person.path, exemption=one.id),
            class_="line",
        )
        for one in person.exemptions
    ]


def _keys(person: Person) -> Html:
    listed = [_key(person, key) for key in (*person.keys.active, *person.keys.revoked)]
    columns = ("Key", "Made", "Last used", "Calls", "Today", "In all", "")
    return card("Keys", rows(columns, listed, "No keys."))


def _key(person: Person, key: KeyUsage) -> Html:
    ending = act("revoke-key", "Revoke for good", back=person.path, is_final=True, key=key.id)
    return row(
        joined([key.name, " ", code(key.preview)]),
        when(key.created_at),
        when(key.last_call_ms),
        num(formatting.count(key.requests)),
        num(formatting.usd(key.period_nanousd)),
        num(formatting.usd(key.cost_nanousd)),
        joined(["ended ", when(key.ended_at)]) if key.ended_at else folded("Revoke", ending),
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
