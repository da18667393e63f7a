"""State of /why/{request id}: what happened to one of the visitor's own calls, and what to do."""

from urllib.parse import unquote

import reflex as rx

from hcai_app import clock, errors
from hcai_app.errors import InvalidRequest, NotFound, Unavailable
from hcai_app.services.call import LedgerEntry, Outcome
from hcai_app.services.fairuse import appeals
from hcai_app.services.fairuse.appeals import Appeal, AppealReason
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.usage import filter_options, refusals
from hcai_app.ui.state import activity_view
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.state.outcomes import OUTCOMES
from hcai_app.ui.view_models import CallDetailView
from hcai_app.ui.view_models.why import AppealView, WhyView

FOLDER = "/why/"
LOADING, FOUND, MISSING, FAILED = "loading", "found", "missing", "failed"
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
    appeal: AppealView = AppealView()
    problem: str = ""

    @rx.event
    async def load_why(self) -> None:
        """Find the call among the visitor's own; anybody else's is as good as none."""
        self.why, self.appeal, self.status = WhyView(), AppealView(), LOADING
        caller = await self.enter()
        if caller is None:
            return
        try:
            await self._show(caller.user_id, self._asked())
            self.status = FOUND
        except NotFound:
            self.status = MISSING
        except Unavailable as error:
            self.problem, self.status = error.message, FAILED

    @rx.event
    async def appeal_for(self, reason: str) -> None:
        """Say that the refusal was a mistake, and why."""
        caller = await self.caller()
        found = await _call(caller.user_id, self._asked())
        if not isinstance(reason, str) or not isinstance(found, RefusedCall):
            raise InvalidRequest("There is nothing here to appeal against.")
        await appeals.appeal(serving().database, found, reason)
        self.appeal = await _appeal(caller.user_id, found.id, found)

    def _asked(self) -> str:
        return unquote(self.router.url.path).removeprefix(FOLDER).strip("/")

    async def _show(self, user_id: str, request_id: str) -> None:
        """Show a call, or of a refusal that is forgotten the appeal against it.

        Raises:
            NotFound: When there is neither.
            Unavailable: When the database is away.
        """
        try:
            found = await _call(user_id, request_id)
        except NotFound:
            kept = await appeals.about(serving().database, user_id, request_id)
            if kept is None:
                raise
            self.why, self.appeal = of_appeal(kept), appeal_view(kept)
            return
        names = await filter_options.key_names(serving().database, user_id, [found])
        detail = activity_view.detail_of(found, names)
        if isinstance(found, RefusedCall):
            self.why = of_refusal(found, detail.facts)
            self.appeal = await _appeal(user_id, request_id, found)
        else:
            self.why = of_call(found, detail)


async def _call(user_id: str, request_id: str) -> RefusedCall | LedgerEntry:
    waiting = serving().refusals.waiting_of(user_id)
    return await refusals.find(serving().database, user_id, request_id, waiting)


async def _appeal(user_id: str, request_id: str, refusal: RefusedCall) -> AppealView:
    if not appeals.can_be_appealed(refusal):
        return AppealView()
    made = await appeals.about(serving().database, user_id, request_id)
    return AppealView(can_be_made=True) if made is None else appeal_view(made)


def of_call(entry: LedgerEntry, detail: CallDetailView) -> WhyView:
    """Return how a call that was not refused has ended."""
    return WhyView(
        id=entry.id,
        title=OUTCOMES[Outcome(entry.outcome)].name,
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
    return WhyView(
        id=refusal.id,
        title=TITLES.get(refusal.code, "That call was refused"),
        story=refusal.message,
        until_ms=refusal.until_ms or 0,
        facts=facts,
        docs=f"/docs#{place}" if place else "/docs",
        fix=fix,
        fix_words=words,
    )


def of_appeal(made: Appeal) -> WhyView:
    """Return what is still known of a refusal that was appealed against."""
    return WhyView(
        id=made.request_id,
        title=TITLES[403],
        story=f"The rule {made.rule} refused it.",
        docs=f"/docs#{errors.docs_place(403, appeals.FAIR_USE)}",
    )


def appeal_view(made: Appeal) -> AppealView:
    """Return an appeal in words."""
    return AppealView(
        reason=appeals.REASONS[AppealReason(made.reason)],
        made_ms=clock.to_ms(made.created_at),
        is_answered=made.answered_at is not None,
        is_accepted=bool(made.is_accepted),
        answer=made.answer or "",
    )
