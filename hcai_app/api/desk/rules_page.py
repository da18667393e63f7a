"""The rules of fair use, and who is exempt from them."""

from typing import get_args

from hcai_app.api.desk.frame import act, card, folded, person_path, reason_field, row, rows, when
from hcai_app.api.desk.html import Html, a, joined, label, option, select, span
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.fairuse import exemptions, rules, switches
from hcai_app.services.fairuse.exemptions import Exemption
from hcai_app.services.fairuse.rules import Mode, Rule

PATH = f"{ROOT}/rules"


async def show(visit: Visit) -> View:
    """Show the rules and the exemptions."""
    held = await exemptions.listed(visit.worker.database)
    modes = await switches.modes(visit.worker.database)
    exempted = rows(
        ("Whom", "Rule", "Ends", "Why", ""), [_exemption(one) for one in held], "Nobody is exempt."
    )
    listed = rows(
        ("Rule", "App", "Signal", "Weight", "Mode", ""),
        [_rule(rule, modes.get(rule.id, rule.mode)) for rule in rules.load_own()],
        "",
    )
    return View("Rules", joined([card("Exempt", exempted), card("Rules", listed)]), here=PATH)


def _exemption(one: Exemption) -> Html:
    whom = a(one.user_id, href=person_path(one.user_id)) if one.user_id else one.key_id
    ending = act("end-exemption", "End it", back=PATH, exemption=one.id)
    return row(whom or "everybody", one.rule or "all rules", when(one.until), one.reason, ending)


def _rule(rule: Rule, mode: Mode) -> Html:
    options = [option(name, selected=name == mode) for name in get_args(Mode)]
    chosen = label(span("Mode"), select(*options, name="mode"))
    reason = reason_field()
    switching = act("switch-rule", "Switch", chosen, reason, back=PATH, rule=rule.id)
    shown = mode if mode == rule.mode else f"{mode} (the file says {rule.mode})"
    return row(rule.id, rule.app, rule.signal, rule.weight, shown, folded("Switch", switching))
