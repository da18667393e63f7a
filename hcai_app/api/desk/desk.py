"""The desk's table of pages and acts, and how each is answered."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from hcai_app.api import safety_pages
from hcai_app.api.bodies import read_form
from hcai_app.api.desk import (
    acts,
    frame,
    log_page,
    overview,
    people,
    person,
    reports_page,
    rules_page,
    site_page,
)
from hcai_app.api.desk.visit import ROOT, Do, Show, View, Visit
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy.catalog import reply_tagged
from hcai_app.api.same_origin import require_own_page
from hcai_app.errors import HcaiError, NotFound
from hcai_app.services.people import sessions
from hcai_app.services.people.users import User
from hcai_app.worker.context import Worker

FOLDER = Path(__file__).parent
PAGES: dict[str, Show] = {
    ROOT: overview.show,
    f"{ROOT}/now": overview.show_now,
    f"{ROOT}/reports": reports_page.show,
    f"{ROOT}/rules": rules_page.show,
    f"{ROOT}/site": site_page.show,
    f"{ROOT}/log": log_page.show,
}
# Only parts of pages: they come without a frame.
PARTS = (f"{ROOT}/now",)
PERSON = re.compile(rf"{ROOT}/people/([\w!:.-]+)")
SEARCH = f"{ROOT}/people"
ACTS: dict[str, Do] = acts.ACTS
ACT = re.compile(rf"{ROOT}/acts/([a-z-]+)")
FILES = {
    f"{ROOT}/desk.css": (b"content-type", b"text/css; charset=utf-8"),
    f"{ROOT}/desk.js": (b"content-type", b"text/javascript; charset=utf-8"),
}
HTML = (b"content-type", b"text/html; charset=utf-8")
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    b"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# With `no-referrer` browsers would hide the origin of the desk's own forms.
HEADERS = ((b"content-security-policy", POLICY), (b"referrer-policy", b"same-origin"))
# What an act has done, for the page that is shown next.
SAID = "hcai_desk_said"
SAID_S = 30
READING = ("GET", "HEAD")


async def serve(worker: Worker, exchange: Exchange, admin: User) -> None:
    """Answer an admin's request."""
    path = exchange.path.rstrip("/")
    if (kind := FILES.get(path)) is not None and exchange.method in READING:
        await reply_tagged(exchange, _file(path), *HEADERS, kind=kind)
        return
    try:
        await _answer(worker, exchange, admin, path)
    except HcaiError as error:
        await _reply(exchange, admin, _problem(error), status=error.status)


async def _answer(worker: Worker, exchange: Exchange, admin: User, path: str) -> None:
    if exchange.method in READING:
        query = dict(parse_qsl(exchange.query_string.decode("latin-1")))
        view = await _shown(Visit(worker, admin, sent=query), path)
        if path in PARTS:
            await exchange.reply(200, view.content.encode(), HTML, *HEADERS)
        else:
            await _reply(exchange, admin, view)
        return
    require_own_page(worker, exchange)
    sent = await read_form(exchange)
    if path == SEARCH:
        await _search(exchange, Visit(worker, admin, sent=sent))
        return
    if exchange.method != "POST" or not (named := ACT.fullmatch(path)) or named[1] not in ACTS:
        raise NotFound("There is no such act.")
    await _do(exchange, ACTS[named[1]], Visit(worker, admin, sent=sent))


async def _shown(visit: Visit, path: str) -> View:
    if show := PAGES.get(path):
        return await show(visit)
    if path == SEARCH:
        return await people.show(visit)
    if named := PERSON.fullmatch(path):
        return await person.show(Visit(visit.worker, visit.admin, named[1], visit.sent))
    raise NotFound("There is no such page at the desk.")


async def _search(exchange: Exchange, visit: Visit) -> None:
    """Answer a search: as a part of the palette, or as a page.

    It is posted, since a text that is looked for can be a key, and addresses are kept in logs.
    """
    if exchange.header(b"x-part"):
        found = await people.listed(visit)
        await exchange.reply(200, found.encode(), HTML, *HEADERS)
        return
    await _reply(exchange, visit.admin, await people.show(visit))


async def _do(exchange: Exchange, do: Do, visit: Visit) -> None:
    """Do what an admin asks, and show where they were; what came of it goes along in a cookie."""
    try:
        said = f"+{await do(visit)}"
    except HcaiError as error:
        said = f"-{error.message}"
    back = visit.text("back")
    place = back if back == ROOT or back.startswith(f"{ROOT}/") else ROOT
    cookie = f"{SAID}={quote(said)}; Path={ROOT}; HttpOnly; SameSite=Strict; Max-Age={SAID_S}"
    headers = (
        (b"location", quote(place, safe="/:!?=&").encode()),
        (b"set-cookie", cookie.encode()),
    )
    await exchange.reply(303, b"", *headers)


async def _reply(exchange: Exchange, admin: User, view: View, status: int = 200) -> None:
    said = unquote(sessions.cookie_of(exchange.joined(b"cookie", ";"), SAID) or "")
    page = frame.page(view, admin, said=said)
    headers = [HTML, *HEADERS]
    if said:
        headers.append((b"set-cookie", f"{SAID}=; Path={ROOT}; Max-Age=0".encode()))
    await exchange.reply(status, page.encode(), *headers)


def _problem(error: HcaiError) -> View:
    return View("That did not work", frame.problem(error.message))


@cache
def _file(path: str) -> bytes:
    name = path.rpartition("/")[2]
    own = (FOLDER / name).read_bytes()
    if name.endswith(".css"):  # the look of the house comes first
        return (safety_pages.FOLDER / "page.css").read_bytes() + own
    return own
