"""State of /why/{request id}: what happened to one of the visitor's own calls, and what to do."""

from urllib.parse import unquote

import reflex as rx

from hcai_app import errors
from hcai_app.errors import NotFound, Unavailable
from hcai_app.services.call import LedgerEntry, Outcome
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.usage import activity, filter_options, refusals
from hcai_app.ui.state import activity_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.outcomes import OUTCOMES
from hcai_app.ui.view_models import WhyView

FOLDER = "/why/"
LOADING, FOUND, MISSING, FAILED = "loading", "found", "missing", "failed"
FAIR_USE = "fair_use_error"
# What happened, by status and kind; the refusal's own words follow.
TITLES = {
    400: "That call could not be carried out as it was",
    401: "That key does not open the door",
    402: "A budget was spent",
    403: "That call was not allowed",
    404: "There was nothing there",
    408: "The body did not come in time",
    413: "The body was too large",
    429: "Too many calls at once, or too soon",
    503: "We could not serve that call",
}
# Where it can be mended: by the rule, else by the status.
FIXES = {
    "key_budget": ("/keys", "Raise the key's budget"),
    "key_models": ("/keys", "Change the key's models"),
    "budget": ("/dashboard", "See what was spent"),
    401: ("/keys", "See your keys"),
    429: ("/dashboard", "See your limits"),
}


class WhyState(SiteState):
    """The call that the address names."""

    status: str = LOADING
    why: WhyView = WhyView()
    problem: str = ""

    @rx.event
    async def load_why(self) -> None:
        """Find the call among the visitor's own; anybody else's is as good as none."""
        self.why, self.status = WhyView(), LOADING
        caller = await self.enter()
        if caller is None:
            return
        asked = unquote(self.router.url.path).removeprefix(FOLDER).strip("/")
        try:
            self.why = await _find(caller.user_id, asked)
            self.status = FOUND
        except NotFound:
            self.status = MISSING
        except Unavailable as error:
            self.problem, self.status = error.message, FAILED


async def _find(user_id: str, request_id: str) -> WhyView:
    if refusals.REQUEST_ID.fullmatch(request_id) is None:
        raise NotFound("You have no such call.")
    worker = serving()
    waiting = worker.refusals.waiting_of(user_id)
    found: RefusedCall | LedgerEntry
    try:
        found = await refusals.one(worker.database, user_id, request_id, waiting)
    except NotFound:
        found = await activity.one(worker.database, user_id, request_id)
    names = await filter_options.key_names(worker.database, user_id, [found])
    detail = activity_view.detail_of(found, names)
    if isinstance(found, RefusedCall):
        return of_refusal(found, detail.facts)
    return WhyView(
        id=found.id,
        title=OUTCOMES[Outcome(found.outcome)].name,
        story=detail.story,
        facts=detail.facts,
        docs="/docs",
        fix="/activity",
        fix_words="See your calls",
    )


def of_refusal(refusal: RefusedCall, facts: tuple[activity_view.FactView, ...]) -> WhyView:
    """Return a refusal in words: what happened, until when, and what to do."""
    place = errors.docs_place(refusal.code, refusal.type)
    fix, words = FIXES.get(refusal.rule or "") or FIXES.get(refusal.code) or ("", "")
    is_rule = refusal.type == FAIR_USE
    return WhyView(
        id=refusal.id,
        title=TITLES.get(refusal.code, "That call was refused"),
        story=refusal.message,
        until_ms=refusal.until_ms or 0,
        facts=facts,
        docs=f"/docs#{place}" if place else "/docs",
        appeal=f"/docs#{errors.DOCS_APPEAL}" if is_rule else "",
        fix=fix,
        fix_words=words,
    )
