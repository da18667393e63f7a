"""`/leaked`, where anybody ends a key that they found; `/leaked/{key}`, where its owner reads why.

Plain HTML and forms: a key is in a body once, and in no address, no log, no state that is stored.
The new key that an owner gets is in one answer, which nobody may keep.
"""

from datetime import timedelta
from html import escape

from hcai_app import clock, formatting
from hcai_app.api import leaks as hooks
from hcai_app.api import safety_pages
from hcai_app.api.bodies import read_form
from hcai_app.api.exchange import Exchange
from hcai_app.api.proxy import callers
from hcai_app.api.same_origin import require_own_page
from hcai_app.errors import HcaiError, InvalidRequest
from hcai_app.services.keys import keys, leaks, rotation
from hcai_app.services.keys.leaks import FoundKey, Leak, LeakSource
from hcai_app.worker.context import Worker

PATH, OWN = "/leaked", "/leaked/{key}"
MAX_PASTED = 20
ABOUT = "Found an API key of HCAI? Paste it here, and it ends."
# With `no-referrer` browsers would hide the origin of our own forms.
REFERRER = (b"referrer-policy", b"same-origin")
TOLD_BY = {
    LeakSource.GITHUB: "GitHub found it in a public repository and told us",
    LeakSource.REVOKER: "Somebody found it and told Hack Club’s revoker",
    LeakSource.FOUND: "Somebody found it and pasted it on our page for leaked keys",
}


async def show(_worker: Worker, exchange: Exchange) -> None:
    """Show the form."""
    await _reply(exchange, 200, "Found a key?", _form() + _recipe("sk-hc-v1-…"))


async def end(worker: Worker, exchange: Exchange) -> None:
    """End what was pasted."""
    try:
        await worker.ops.leaks.admit(exchange.address)
        pasted = (await read_form(exchange)).get("key", "")
        found = list(dict.fromkeys(keys.PATTERN.findall(pasted)))[:MAX_PASTED]
        if not found:
            raise InvalidRequest(
                "There is no key of HCAI in this text. One is sk-hc-v1- and 64 digits or letters "
                "from a to f; paste the whole of it."
            )
        ended = await hooks.end(worker, [FoundKey(key) for key in found], LeakSource.FOUND)
    except HcaiError as error:
        await _reply_error(exchange, error, _form())
        return
    known = [one for one in ended if one is not None]
    what = _outcome(len(known), len(found), any(one.was_active for one in known))
    await _reply(exchange, 200, "Found a key?", _told(what, "status") + _form())


def _outcome(known: int, found: int, was_active: bool) -> str:
    if not known:
        return "No key of ours: it was made up, or its account is gone. There is nothing to end."
    if not was_active:
        return "Thank you. It had ended already, and opens nothing."
    rest = "" if known == found else f" The other {found - known} are no keys of ours."
    return ("Thank you. The key has ended." if known == 1 else f"{known} keys have ended.") + rest


async def show_own(worker: Worker, exchange: Exchange) -> None:
    """Tell an owner why a key ended, and offer its successor."""
    try:
        caller = await callers.signed_in(worker, exchange)
        leak = await leaks.own(worker.database, caller.user_id, _key_in(exchange))
    except HcaiError as error:
        await _reply_error(exchange, error, "")
        return
    title = f"Your key “{leak.name}” was found in public"
    await _reply(exchange, 200, title, _why(leak) + _successor(leak))


async def make_successor(worker: Worker, exchange: Exchange) -> None:
    """Make a leaked key's successor; this answer is the only place that shows it."""
    settings = worker.settings
    try:
        require_own_page(worker, exchange)
        caller = await callers.signed_in(worker, exchange)
        leak = await leaks.own(worker.database, caller.user_id, _key_in(exchange))
        issued = await rotation.rotate_own(
            worker.database,
            (caller.user_id, leak.key_id),
            timedelta(),
            secret_key=settings.secret_key.get_secret_value(),
            max_keys=settings.max_keys,
        )
    except HcaiError as error:
        await _reply_error(exchange, error, "")
        return
    secret = escape(issued.secret)
    shown = safety_pages.fragment("leaked-new-key", key_name=escape(issued.name), secret=secret)
    await _reply(exchange, 201, "Your new key", shown + _recipe(secret))


def _key_in(exchange: Exchange) -> str:
    return exchange.path_params["key"]


def _why(leak: Leak) -> str:
    when = formatting.moment(clock.to_ms(leak.leaked_at))
    where = ""
    if leak.url:
        shown = escape(leak.url, quote=True)
        where = f': <a href="{shown}" rel="noreferrer nofollow">{shown}</a>'
    return safety_pages.fragment(
        "leaked-why",
        told=TOLD_BY[leak.source],
        when=when,
        where=where,
        preview=escape(leak.preview),
    )


def _successor(leak: Leak) -> str:
    if leak.successor_id is None:
        return safety_pages.fragment("leaked-successor", key_id=leak.key_id)
    done = '<p>It has one, on <a href="/keys">Keys</a>.</p>'
    return f'<section class="card"><h2>A new key</h2>{done}</section>'


def _form() -> str:
    return safety_pages.fragment("leaked-form")


def _recipe(key: str) -> str:
    return safety_pages.fragment("leaked-recipe", key=key)


def _told(what: str, role: str) -> str:
    return f'<section class="card first" role="{role}"><h2>{escape(what)}</h2></section>'


async def _reply_error(exchange: Exchange, error: HcaiError, more: str) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    exchange.headers += headers
    title = "Found a key?" if more else "Leaked key"
    await _reply(exchange, error.code, title, _told(error.message, "alert") + more)


async def _reply(exchange: Exchange, status: int, title: str, content: str) -> None:
    lead = f"<div><h1>{escape(title)}</h1></div>"
    nav = '<a href="/keys">Your keys</a><a href="/docs#leaked-keys">Docs</a>'
    page, policy = safety_pages.framed(escape(title), ABOUT, lead + content, nav=nav)
    guarded = ((b"content-security-policy", policy), REFERRER)
    await exchange.reply(status, page, safety_pages.HTML, *guarded)
