"""`/help/now`, `/safety` and `/parents`: plain HTML without a script, a build or a database.

The texts are in `api/pages/`; what they claim of this server comes from its settings.
"""

import base64
import hashlib
import tomllib
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from hcai_app import formatting, money
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.docs import DATA_PROMISES
from hcai_app.services.limits import period
from hcai_app.services.safety.verdicts import HELP
from hcai_app.settings import Settings, faults
from hcai_app.worker.context import Worker

FOLDER = Path(__file__).parent / "pages"
CONTACT = "team@hackclub.com"
# Path -> its file, its title, what it is about.
PAGES = {
    HELP: ("help-now", "Get help now", "Where to find somebody to talk to, by country."),
    "/safety": ("safety", "Safety", "What HCAI does to keep teenagers safe."),
    "/parents": ("parents", "For parents", "What HCAI is, and what it keeps, for parents."),
}
HTML = (b"content-type", b"text/html; charset=utf-8")
CHECKED = (
    "Only teenagers whose age Hack Club has checked may use it, and those who run it; whether that "
    "still holds is asked daily."
)
UNCHECKED = "This server does not ask for a checked age."
SIMULATED = "On this server a simulated provider answers, so nothing leaves it."

NOT_CHECKED = (
    "What is written is not judged: models have the guard rails of their makers, and there is no "
    "filter of ours in front of them or behind."
)
# Which prompts are checked, by the settings, and in few words.
CHECKED_PROMPTS = {
    "playground": "What is asked on our page Playground, and all that is to be drawn or spoken,",
    "all": "Every prompt",
}
CHECKED_SHORT = {
    "playground": "What is asked on our own pages, and all that is to be drawn, is checked",
    "all": "What is asked is checked",
}


async def show(worker: Worker, exchange: Exchange) -> None:
    """Send one of the pages, or 304 when the ETag matches."""
    path = exchange.path.rstrip("/")
    if path == HELP and exchange.method == "GET":
        worker.metrics.count_help()
        worker.safety_counts.note_help()
    page, policy = page_of(path, worker.settings)
    headers = ((b"content-security-policy", policy), (b"referrer-policy", b"no-referrer"))
    await reply_tagged(exchange, page, *headers, kind=HTML)


def page_of(path: str, settings: Settings) -> tuple[bytes, bytes]:
    """Return a whole page and its content security policy."""
    name, title, about = PAGES[path]
    return framed(title, about, fragment(name, **_words(settings)), nav=_nav(path))


def framed(title: str, about: str, content: str, *, nav: str = "") -> tuple[bytes, bytes]:
    """Return a page of the house's look around a content, and its content security policy."""
    css = _read("page.css")
    filled = {"title": title, "description": about, "css": css, "nav": nav}
    page = Template(_read("page.html")).substitute(filled, content=content)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    form = "'self'" if "<form" in content else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action {form}; frame-ancestors 'none'"
    )
    return page.encode(), policy.encode()


def fragment(name: str, **words: str) -> str:
    """Return a part of a page, filled with words that are HTML already."""
    return Template(_read(f"{name}.html")).substitute(words)


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text()


def _nav(here: str) -> str:
    """Return the links between the three."""
    return "".join(
        f'<a href="{path}"{" aria-current=page" if path == here else ""}>{title}</a>'
        for path, (_name, title, _about) in PAGES.items()
    )


def _words(settings: Settings) -> dict[str, str]:
    """Return what the texts leave open."""
    lines = help_lines()
    return {
        "contact": CONTACT,
        "budget": formatting.usd_short(money.to_nanousd(settings.daily_budget_usd)),
        "each_period": period.EACH,
        "who": CHECKED if settings.require_verified else UNCHECKED,
        "retention": str(settings.retention_days),
        "promise": DATA_PROMISES[settings.data_policy],
        "sends": SIMULATED if settings.is_simulated else "",
        "models": _models(settings),
        "checks": _checks(settings),
        "checks_short": _checks_short(settings),
        "lines": "\n".join(map(_line, lines["lines"])),
        "looked_at": lines["looked_at"],
    }


def _checks(settings: Settings) -> str:
    """Return what is done about prompts on this server."""
    if not settings.is_checking:
        return f"<p>{NOT_CHECKED}</p>"
    return Template(_read("checks.html")).substitute(prompts=CHECKED_PROMPTS[settings.safety])


def _checks_short(settings: Settings) -> str:
    if not settings.is_checking:
        return "Nothing that is asked is checked by HCAI"
    return f"{CHECKED_SHORT[settings.safety]} by a program for signs of danger"


def _models(settings: Settings) -> str:
    """Return which of the models that are forbidden for minors are offered."""
    if not settings.is_production:
        return "This server is for development and leaves none out; what terms forbid is marked."
    if excepted := settings.excepted_models:
        names = ", ".join(map(escape, excepted))
        return f"What terms rule out is left out, except what the operator answers for: {names}."
    return "What a maker’s terms rule out for under-18s is not offered."


@cache
def help_lines() -> dict[str, Any]:
    """Return the help lines, and the day on which somebody last looked at them.

    Raises:
        SettingsError: When the file cannot be used.
    """
    with faults.reading(FOLDER / "help_lines.toml"):
        return tomllib.loads(_read("help_lines.toml"))


def _line(line: dict[str, str]) -> str:
    number, name = line["number"], escape(line["name"])
    dialled = "".join(sign for sign in number if sign.isdigit())
    return (
        f"<div><dt>{escape(line['country'])}</dt>"
        f'<dd><a class="number" href="tel:{dialled}">{escape(number)}</a></dd><dd>{name}</dd></div>'
    )
