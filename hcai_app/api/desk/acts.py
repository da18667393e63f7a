"""What an admin can do at the desk: each act is one call of the service that the command line has.

Each returns a sentence for the page that is shown next; the services write the audit log.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from hcai_app import money
from hcai_app.api.desk.visit import Do, Visit
from hcai_app.errors import InvalidRequest
from hcai_app.services.fairuse import appeals, exemptions
from hcai_app.services.fairuse import switches as fair_use_switches
from hcai_app.services.keys import keys, rules
from hcai_app.services.keys.rules import RulesChange
from hcai_app.services.limits import period
from hcai_app.services.ops import switches
from hcai_app.services.people import users, vouching
from hcai_app.services.safety import reports

MOST_USD = 1_000_000


async def ban(visit: Visit) -> str:
    """Ban somebody."""
    reason = visit.required("reason", "a reason: the one who is banned reads it")
    until = _moment(visit, "until") if visit.text("until") else None
    await users.ban(visit.worker.database, _user(visit), reason, until, actor=visit.admin.id)
    return "Banned: new calls are refused within a second, running ones end."


async def unban(visit: Visit) -> str:
    """Let somebody in again."""
    await users.unban(visit.worker.database, _user(visit), actor=visit.admin.id)
    return "They are in again; they have to sign in anew."


async def set_budget(visit: Visit) -> str:
    """Give somebody a budget of their own."""
    amount = _dollars(visit)
    await users.set_budget(
        visit.worker.database, _user(visit), money.to_nanousd(amount), actor=visit.admin.id
    )
    return f"Their budget is ${amount} {period.EACH} now."


async def grant(visit: Visit) -> str:
    """Give somebody a larger budget for a time."""
    amount, until = _dollars(visit), _moment(visit, "until")
    await users.grant(
        visit.worker.database,
        _user(visit),
        money.to_nanousd(amount),
        until=until,
        reason=visit.text("reason"),
        actor=visit.admin.id,
    )
    return f"They have ${amount} {period.EACH} for the time being."


async def vouch(visit: Visit) -> str:
    """Let somebody count as verified."""
    reason = visit.required("reason", "a reason: how do you know their age")
    await vouching.vouch(visit.worker.database, _user(visit), reason, actor=visit.admin.id)
    return "They count as verified until you take it back."


async def unvouch(visit: Visit) -> str:
    """Let what the provider says hold again."""
    reason = visit.text("reason")
    await vouching.take_back(visit.worker.database, _user(visit), reason, actor=visit.admin.id)
    return "What Hack Club says of them holds again."


async def switch_key(visit: Visit) -> str:
    """Switch a key off, or on again."""
    is_on = visit.text("on") == "yes"
    await rules.change(
        visit.worker.database,
        visit.required("key", "a key"),
        RulesChange(is_on=is_on),
        secret_key=visit.secret_key,
        actor=visit.admin.id,
    )
    return f"The key is {'on again' if is_on else 'off: calls with it are refused'}."


async def revoke_key(visit: Visit) -> str:
    """End a key for good."""
    await keys.revoke(
        visit.worker.database,
        visit.required("key", "a key"),
        secret_key=visit.secret_key,
        actor=visit.admin.id,
    )
    return "The key is revoked: programs with it stop within a second."


async def exempt(visit: Visit) -> str:
    """Exempt somebody from the rules of fair use."""
    await exemptions.grant(
        visit.worker.database,
        user=_user(visit),
        key=None,
        rule=visit.text("rule") or None,
        until=_moment(visit, "until"),
        reason=visit.text("reason"),
        secret_key=visit.secret_key,
        actor=visit.admin.id,
    )
    return "They are exempt, on every worker within a second."


async def end_exemption(visit: Visit) -> str:
    """End an exemption."""
    named = visit.required("exemption", "an exemption")
    await exemptions.end(visit.worker.database, named, actor=visit.admin.id)
    return "The exemption has ended."


async def switch_rule(visit: Visit) -> str:
    """Switch a rule of fair use."""
    rule, mode = visit.required("rule", "a rule"), visit.text("mode")
    reason, admin = visit.text("reason"), visit.admin.id
    await fair_use_switches.switch(visit.worker.database, rule, mode, reason, actor=admin)
    return f"{rule} is {mode} now, on every worker within a second."


async def close_report(visit: Visit) -> str:
    """Close a report."""
    call, done = visit.required("call", "a request id"), visit.required("reason", "what was done")
    await reports.close(visit.worker.database, call, done, actor=visit.admin.id)
    return "The report is closed."


async def answer_appeal(visit: Visit) -> str:
    """Answer an appeal."""
    call, words = visit.required("call", "a request id"), visit.text("reason")
    is_accepted = visit.text("verdict") == "accepted"
    database, admin = visit.worker.database, visit.admin.id
    await appeals.answer(database, call, words, is_accepted=is_accepted, actor=admin)
    return "They read your answer on the page of the call."


async def set_banner(visit: Visit) -> str:
    """Show a banner over every page, or take it away."""
    text = visit.text("text")
    await switches.set_banner(visit.worker.database, text, actor=visit.admin.id)
    return "The banner stands over every page that is opened." if text else "There is no banner."


async def switch_model_off(visit: Visit) -> str:
    """Refuse calls to a model."""
    model, reason = visit.required("model", "a model"), visit.text("reason")
    await switches.switch_off(visit.worker.database, model, reason, actor=visit.admin.id)
    return f"{model} is off, on every worker within a second."


async def switch_model_on(visit: Visit) -> str:
    """Offer a model again."""
    model = visit.required("model", "a model")
    await switches.switch_on(visit.worker.database, model, actor=visit.admin.id)
    return f"{model} is on again."


ACTS: dict[str, Do] = {
    "ban": ban,
    "unban": unban,
    "budget": set_budget,
    "grant": grant,
    "vouch": vouch,
    "unvouch": unvouch,
    "revoke-key": revoke_key,
    "switch-key": switch_key,
    "exempt": exempt,
    "end-exemption": end_exemption,
    "switch-rule": switch_rule,
    "close-report": close_report,
    "answer-appeal": answer_appeal,
    "banner": set_banner,
    "model-off": switch_model_off,
    "model-on": switch_model_on,
}


def _user(visit: Visit) -> str:
    return visit.required("user", "somebody")


def _dollars(visit: Visit) -> Decimal:
    text = visit.text("usd")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= MOST_USD:
        raise InvalidRequest(f"{text!r} is no amount in dollars.")
    return amount


def _moment(visit: Visit, name: str) -> datetime:
    text = visit.required(name, "a time")
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"{text!r} is no time: write 2027-01-31, or with 18:00 behind."
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
