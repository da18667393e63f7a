"""What an admin may do about one person: a form for each act."""

from hcai_app.api.desk.frame import act, card, field, folded, reason_field, when
from hcai_app.api.desk.html import Html, div, joined, p
from hcai_app.services.fairuse.exemptions import Exemption
from hcai_app.services.limits import period
from hcai_app.services.people.users import User

UNTIL = "Until (UTC)"


def show(user: User, back: str, exempted: list[Exemption]) -> Html:
    """Show the acts; of a deleted account there are none."""
    if user.deleted_at:
        return card("Acts", p("The account is deleted: there is nobody to act on.", class_="quiet"))
    return card(
        "Acts",
        _banning(user, back),
        folded(
            "Grant a larger budget for a time",
            act("grant", "Grant", _dollars(), _until(), reason_field(), back=back, user=user.id),
            command="grant",
        ),
        folded(
            "Set their budget",
            act("budget", "Set", _dollars(), back=back, user=user.id),
            command="budget",
        ),
        folded(
            "Exempt from fair use",
            act("exempt", "Exempt", *_exempting(), back=back, user=user.id),
            command="exempt",
        ),
        _vouching(user, back),
        *(_exemption(one, back) for one in exempted),
    )


def of_key(back: str, key_id: str, *, is_on: bool) -> Html:
    """Show what may be done about a key; revoking it is for good."""
    switch = "Switch off" if is_on else "Switch on"
    on = "no" if is_on else "yes"
    ending = act("revoke-key", "Revoke for good", back=back, is_final=True, key=key_id)
    return joined(
        [act("switch-key", switch, back=back, key=key_id, on=on), folded("Revoke", ending)]
    )


def _banning(user: User, back: str) -> Html:
    if user.is_banned:
        unban = act("unban", "Let them in again", back=back, user=user.id)
        return folded("Unban", unban, command="ban")
    until = field("until", f"{UNTIL}; empty: until you unban", type="date")
    reason = reason_field("Reason: they read it")
    return folded("Ban", act("ban", "Ban", reason, until, back=back, user=user.id), command="ban")


def _vouching(user: User, back: str) -> Html:
    reason = reason_field("Reason: how do you know?")
    if user.is_vouched:
        taken = act("unvouch", "Take it back", reason, back=back, user=user.id)
        return folded("Vouched for: take it back", taken, command="vouch")
    vouched = act("vouch", "They are an eligible teen", reason, back=back, user=user.id)
    return folded("Vouch for their age", vouched, command="vouch")


def _exempting() -> list[Html]:
    return [field("rule", "Rule; empty: all rules"), _until(), reason_field()]


def _exemption(one: Exemption, back: str) -> Html:
    return div(
        p(f"Exempt from {one.rule or 'all rules'}, ends ", when(one.until), f": {one.reason}"),
        act("end-exemption", "End it", back=back, exemption=one.id),
        class_="line",
    )


def _dollars() -> Html:
    return field("usd", f"Dollars {period.EACH}", type="number", min="0", step="any", required=True)


def _until() -> Html:
    return field("until", UNTIL, type="date", required=True)
