"""The overview: what happens now, over all users and workers, renewed while somebody looks."""

import asyncio

from hcai_app import formatting
from hcai_app.api.desk.frame import (
    card,
    chip,
    facts,
    num,
    person_link,
    person_path,
    row,
    rows,
    when,
)
from hcai_app.api.desk.html import Html, a, div, element, joined, p, rect, span, svg
from hcai_app.api.desk.visit import ROOT, View, Visit
from hcai_app.services.fairuse import appeals
from hcai_app.services.limits import period
from hcai_app.services.notices import notices
from hcai_app.services.notices.notices import StoredNotice
from hcai_app.services.ops import brake
from hcai_app.services.ops.brake import BrakeState
from hcai_app.services.safety import reports
from hcai_app.services.usage import forecast
from hcai_app.services.usage.forecast import Forecast
from hcai_app.services.usage.now import SiteNow, SiteToday, Traffic

NOW = f"{ROOT}/now"
BAR, GAP, HEIGHT = 8, 2, 64
NOTICES = 8
ADDING_UP = "Being added up …"  # it comes with the next renewal


async def show(visit: Visit) -> View:
    """Show what happens now."""
    return View("Overview", div(await _content(visit), data_live=NOW, id="now"), here=ROOT)


async def show_now(visit: Visit) -> View:
    """Return the part that renews itself."""
    return View("", await _content(visit))


async def _content(visit: Visit) -> Html:
    worker = visit.worker
    database = worker.database
    now, today = await asyncio.gather(worker.readings.now.get(), worker.readings.today.find())
    told, waiting, appealed, money, held = await asyncio.gather(
        notices.latest(database, NOTICES),
        reports.count_open(database),
        appeals.count_open(database),
        forecast.read(database, worker.budget.brake_nanousd),
        brake.read(database, worker.budget),
    )
    return joined(
        [
            div(_traffic(now), _health(visit, now), class_="grid"),
            _money(money, held),
            div(_top_users(today), _spent(now), class_="grid"),
            div(_failures(now), _refused(now, today), class_="grid"),
            _notices(told, waiting, appealed),
        ]
    )


def _traffic(now: SiteNow) -> Html:
    last = now.minutes[-5:]
    calls = sum(minute.requests for minute in last)
    figures = facts(
        (f"Calls {period.THIS}", formatting.count(now.period.requests)),
        (f"Spent {period.THIS}", formatting.usd(now.period.cost_nanousd)),
        (f"Failed {period.THIS}", formatting.percent(now.period.failures, now.period.requests)),
        ("Calls a minute", f"{calls / len(last):.1f}"),
    )
    return card("Calls, the last hour", figures, _bars(now.minutes), class_="wide")


def _bars(minutes: list[Traffic]) -> Html:
    """Draw a bar a minute: what came through, and on top of it what failed."""
    most = max(1, *(minute.requests for minute in minutes))
    drawn: list[Html] = []
    for number, minute in enumerate(minutes):
        failed = round(HEIGHT * minute.failures / most)
        good = round(HEIGHT * minute.requests / most) - failed
        place = {"x": number * (BAR + GAP), "width": BAR}
        drawn.append(rect(y=HEIGHT - good, height=good, class_="good", **place))
        drawn.append(rect(y=HEIGHT - good - failed, height=failed, class_="failed", **place))
    title = f"Calls in each minute of the last hour, at most {most}"
    width = len(minutes) * (BAR + GAP)
    return svg(
        element("title", title),
        *drawn,
        viewBox=f"0 0 {width} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        class_="bars",
    )


def _health(visit: Visit, now: SiteNow) -> Html:
    worker = visit.worker
    parts = [
        (part.name.capitalize(), chip(part.state, "good" if part.state == "up" else "bad"))
        for part in worker.health.all
    ]
    outcomes = [(name.replace("_", " "), formatting.count(count)) for name, count in now.outcomes]
    return card(
        "Health",
        facts(*parts, ("Running on this worker", str(len(worker.in_flight)))),
        p("Outcomes, the last hour", class_="quiet"),
        facts(*outcomes) if outcomes else p("No calls in the last hour.", class_="quiet"),
    )


def _top_users(today: SiteToday | None) -> Html:
    title = f"Who spends most {period.THIS}"
    if today is None:
        return card(title, p(ADDING_UP, class_="quiet"))
    listed = [
        row(
            person_link(user.user_id, user.name),
            num(formatting.count(user.requests)),
            num(formatting.usd(user.cost_nanousd)),
            opens=True,
        )
        for user in today.top_users
    ]
    return card(title, rows(("Name", "Calls", "Spent"), listed, "Nobody yet."))


def _spent(now: SiteNow) -> Html:
    models = [
        row(model, num(formatting.count(use.requests)), num(formatting.usd(use.cost_nanousd)))
        for model, use in now.models
    ]
    return card(
        f"Spent {period.THIS}, by model",
        rows(("Model", "Calls", "Spent"), models, "Nothing yet."),
    )


def _failures(now: SiteNow) -> Html:
    listed = [
        row(
            when(int(call.id[:12], 16)),
            call.model,
            f"{call.outcome.replace('_', ' ')}, {call.status}",
            a("whose", href=person_path(call.user_id)),
            opens=True,
        )
        for call in now.failed
    ]
    columns = ("When", "Model", "What", "")
    return card("Failed in the last hour", rows(columns, listed, "None."))


def _refused(now: SiteNow, today: SiteToday | None) -> Html:
    kinds = [row(kind, num(formatting.count(count))) for kind, count in now.refused]
    fired = today.rules if today else []
    rules = [row(rule, num(formatting.count(count))) for rule, count in fired]
    none = "No rule has fired in a day." if today else ADDING_UP
    return card(
        "Refused",
        rows(("In the last hour", "Calls"), kinds, "No refused calls in the last hour."),
        rows(("Rules that fired in a day", "Calls"), rules, none),
        aside=a("Rules", href=f"{ROOT}/rules", class_="quiet"),
    )


def _money(month: Forecast, held: BrakeState | None) -> Html:
    """Show the month's spend, where it leads, and how near the brake is."""
    braked = (
        f"{formatting.usd(held.spent)} of {formatting.usd_short(held.limit)} ({held.percent}%)"
        if held
        else "none is set"
    )
    makers = [
        row(maker, num(formatting.usd(cost)), num(formatting.percent(cost, month.month)))
        for maker, cost in month.makers
    ]
    return card(
        "Money",
        facts(
            (f"Brake, {period.THIS}", braked),
            ("This month", formatting.usd(month.month)),
            ("A day, lately", formatting.usd(month.daily_mean)),
            ("Forecast, this month", formatting.usd(month.forecast)),
        ),
        rows(("Maker", "This month", "Share"), makers, "Nothing was spent this month."),
    )


def _notices(told: list[StoredNotice], reported: int, appealed: int) -> Html:
    listed = [row(when(one.created_at), span(one.kind), one.text) for one in told]
    counted = ((appealed, "appeals"), (reported, "reports"))
    waiting = ", ".join(f"{count} open {name}" for count, name in counted if count)
    aside = a(waiting, href=f"{ROOT}/reports") if waiting else None
    return card("Notices", rows(("When", "About", "What"), listed, "Nothing to know."), aside=aside)
