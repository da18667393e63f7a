"""What is switched for everybody: the banner, and which models are on."""

from hcai_app.api.desk.frame import act, card, field, folded, reason_field, row, rows
from hcai_app.api.desk.html import Html, joined, p
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.ops import switches

PATH = f"{ROOT}/site"


async def show(visit: Visit) -> View:
    """Show the switches."""
    held = await switches.listed(visit.worker.database)
    content = joined([_banner(held.get(switches.BANNER, "")), _models(visit, held)])
    return View("Site", content, here=PATH)


def _banner(text: str) -> Html:
    line = field("text", "One line, for everybody, over every page", value=text, maxlength="300")
    return card(
        "Banner",
        p(text or "There is none.", class_=None if text else "quiet"),
        act("banner", "Show it", line, back=PATH),
        act("banner", "Take it away", back=PATH, text="") if text else None,
    )


def _models(visit: Visit, held: dict[str, str]) -> Html:
    catalog = visit.worker.catalog
    named = dict.fromkeys(catalog.offered)
    off = {name.removeprefix(switches.MODEL): why for name, why in held.items() if ":" in name}
    listed = [_model(name, off.get(name)) for name in {**named, **dict.fromkeys(off)}]
    other = field("model", "Model", required=True, placeholder="author/name")
    return card(
        "Models",
        rows(("Model", "Why it is off", ""), listed, "None are offered."),
        folded(
            "Switch another one off",
            act("model-off", "Switch off", other, reason_field(), back=PATH),
            command="model",
        ),
    )


def _model(name: str, why_off: str | None) -> Html:
    if why_off is not None:
        return row(name, why_off, act("model-on", "Switch on", back=PATH, model=name))
    reason = reason_field("Reason: its callers read it")
    off = act("model-off", "Switch off", reason, back=PATH, model=name)
    return row(name, "", folded("Switch off", off))
