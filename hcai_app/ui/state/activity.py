"""State of /activity: its filters are the address's query.

The filter stands in the address's query, so a link or a reload opens the same calls. All of it, as
the arguments of every event, may be made up: it goes through the filter's own reading.
"""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from hcai_app import clock
from hcai_app.errors import HcaiError, InvalidRequest, NotFound
from hcai_app.services.call import Caller, LedgerEntry
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.safety import reports
from hcai_app.services.safety.reports import ReportReason
from hcai_app.services.usage import activity, filter_options, filters, refusals
from hcai_app.services.usage.filter_options import Choices, Key
from hcai_app.ui.state import activity_view, page_actions
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models import CallDetailView, CallView, ChoiceView, FilterView

PAGE_PATH = "/activity"
CSV_PATH = "/api/activity.csv"
LIST_ID = "calls"
REPORT = "report"  # the query's name of a call whose answer is to be reported
# The quick choices of days: how many days before today the first one lies.
SPANS = {"today": 0, "7": 6, "30": 29}
# While a year is being typed browsers report days of the first centuries.
FIRST_DAY = "2020-01-01"
MAX_PAGES_BACK = 1_000  # that “Newer” remembers
ID_LENGTH = 32


class ActivityState(SiteState):
    """The calls that are shown, and by what they are filtered."""

    phase: str = "loading"  # then "ready", "failed", or "odd": what the address asks for
    problem: str = ""
    wanted: FilterView = FilterView()
    has_fields: bool = False  # on phones: whether all of the filter is shown
    models: rx.Field[list[ChoiceView]] = rx.field(default_factory=list)
    keys: rx.Field[list[ChoiceView]] = rx.field(default_factory=list)
    calls: rx.Field[list[CallView]] = rx.field(default_factory=list)
    has_newer: bool = False
    has_older: bool = False
    searched_to_ms: int = 0  # not 0: the page ends here because enough was looked at
    opened: str = ""
    detail: CallDetailView = CallDetailView()
    reported: str = ""  # why the opened call is reported already, in words
    is_reporting: bool = False  # the address asks for the report of a call
    csv: str = CSV_PATH
    # Where the pages begin that lead to this one; the newest has no entry.
    _trail: rx.Field[list[str]] = rx.field(default_factory=list)
    _older: str = ""

    @rx.event
    async def open_page(self) -> None:
        """Show the address's filter, from the newest call on."""
        caller = await self.enter()
        if caller is None:
            return
        self._trail = []
        try:
            parameters = self._parameters()
            self.wanted = _shown(parameters)
            self.has_fields = self.has_fields or _needs_fields(self.wanted)
            filters.parse(parameters)
            self.csv = _address(CSV_PATH, parameters)
            self._offer(await filter_options.of_user(serving().database, caller.user_id))
        except InvalidRequest:
            self.phase = "odd"
            return
        except HcaiError as error:
            self._fail(error)
            return
        await self._show(caller)
        await self._open_linked(caller)

    @rx.event
    async def reload(self) -> None:
        """Read the page again."""
        await self._show(await self.caller())

    @rx.event
    async def show_older(self) -> EventSpec | None:
        """Go on to the calls before these."""
        caller = await self.caller()
        if not self._older:
            return None
        self._trail = [*self._trail, self._older][-MAX_PAGES_BACK:]
        await self._show(caller)
        return page_actions.scroll_to(LIST_ID)

    @rx.event
    async def show_newer(self) -> EventSpec:
        """Go back to the calls after these."""
        caller = await self.caller()
        self._trail = self._trail[:-1]
        await self._show(caller)
        return page_actions.scroll_to(LIST_ID)

    @rx.event
    async def show_newest(self) -> EventSpec:
        """Go back to the newest calls."""
        caller = await self.caller()
        self._trail = []
        await self._show(caller)
        return page_actions.scroll_to(LIST_ID)

    @rx.event
    async def toggle(self, call_id: str) -> None:
        """Open a call in place, or close it."""
        caller = await self.caller()
        if not isinstance(call_id, str) or len(call_id) != ID_LENGTH or call_id == self.opened:
            self._close()
            return
        self.is_reporting = False
        await self._open(caller, call_id)

    @rx.event
    async def report_answer(self, reason: str) -> None:
        """Report the answer of the opened call."""
        caller = await self.caller()
        if not isinstance(reason, str):
            raise InvalidRequest("Choose one of the reasons.")
        await reports.report(serving().database, caller.user_id, self.opened, reason)
        self.reported = reports.REASONS[ReportReason(reason)]

    async def _find(self, user_id: str, call_id: str) -> LedgerEntry | RefusedCall:
        database, waiting = serving().database, serving().refusals.waiting_of(user_id)
        try:
            return await refusals.one(database, user_id, call_id, waiting)
        except NotFound:
            return await activity.one(database, user_id, call_id)

    @rx.event
    def toggle_fields(self) -> None:
        """Show all of the filter on a phone, or hide it."""
        self.has_fields = not self.has_fields

    @rx.event
    async def choose(self, name: str, value: str) -> EventSpec:
        """Filter by something else; an empty value is any."""
        await self.caller()
        if name not in filters.NAMES or not isinstance(value, str):
            raise InvalidRequest("There is no such filter.")
        parameters = {**self._parameters(), name: value}
        if parameters.get("to") and parameters["to"] < parameters.get("from", ""):
            parameters["to" if name == "from" else "from"] = value
        return _go(parameters)

    @rx.event
    async def choose_day(self, name: str, day: str) -> EventSpec | None:
        """Filter by a first or last day; what is still being typed is no day."""
        return await self.choose(name, day) if not day or day >= FIRST_DAY else None

    @rx.event
    async def choose_span(self, span: str) -> EventSpec:
        """Filter by the days up to today; an unknown span is all time."""
        await self.caller()
        days = _days(span) if isinstance(span, str) else {}
        rest = {
            name: value for name, value in self._parameters().items() if name not in ("from", "to")
        }
        return _go({**rest, **days})

    def _parameters(self) -> dict[str, str]:
        """Return the address's filter parameters; unknown names are ignored."""
        query = self.router.url.query_parameters
        return {name: str(query[name]) for name in filters.NAMES if query.get(name)}

    async def _show(self, caller: Caller) -> None:
        """Read the calls where the trail ends."""
        database, user_id = serving().database, caller.user_id
        before = self._trail[-1] if self._trail else None
        try:
            wanted = filters.parse(self._parameters())
            waiting = serving().refusals.waiting_of(user_id)
            found = await refusals.page(database, user_id, wanted, before, waiting)
            names = await filter_options.key_names(database, user_id, found.rows)
        except HcaiError as error:
            self._fail(error)
            return
        self._close()
        self.calls = [activity_view.row(row, names) for row in found.rows]
        self._older = found.older or ""
        self.has_older, self.has_newer = bool(found.older), bool(self._trail)
        self.searched_to_ms = found.searched_to_ms or 0
        self.phase, self.problem = "ready", ""

    async def _open(self, caller: Caller, call_id: str) -> CallView:
        database, user_id = serving().database, caller.user_id
        entry = await self._find(user_id, call_id)
        names = await filter_options.key_names(database, user_id, [entry])
        reason = await reports.reason_of(database, user_id, entry.id)
        self.detail, self.opened = activity_view.detail_of(entry, names), entry.id
        self.reported = reports.REASONS[ReportReason(reason)] if reason else ""
        return activity_view.row(entry, names)

    async def _open_linked(self, caller: Caller) -> None:
        """Open the call whose answer the address wants to report, whatever page it is on."""
        call_id = str(self.router.url.query_parameters.get(REPORT, ""))
        self.is_reporting = len(call_id) == ID_LENGTH and self.phase == "ready"
        if not self.is_reporting:
            return
        try:
            call = await self._open(caller, call_id)
        except NotFound:
            self.is_reporting = False
            return
        if call.id not in {shown.id for shown in self.calls}:
            self.calls = [call, *self.calls]

    def _offer(self, offered: Choices) -> None:
        """Offer what can be chosen, and what is chosen already."""
        models = sorted({*offered.models, self.wanted.model} - {""})
        self.models = [ChoiceView(model, model) for model in models]
        self.keys = [ChoiceView(key.id, _named(key)) for key in offered.keys]
        self.keys.append(ChoiceView(filters.PLAYGROUND, activity_view.PLAYGROUND))
        if self.wanted.key and self.wanted.key not in {key.value for key in self.keys}:
            self.keys.append(ChoiceView(self.wanted.key, "A key that is not yours"))

    def _close(self) -> None:
        self.opened, self.detail, self.reported = "", CallDetailView(), ""

    def _fail(self, error: HcaiError) -> None:
        self.phase, self.problem = "failed", error.message
        self._close()


def _go(parameters: Mapping[str, str]) -> EventSpec:
    """Open the page at a filter, which must be one."""
    filters.parse(parameters)
    return page_actions.go(_address(PAGE_PATH, parameters))


def _address(path: str, parameters: Mapping[str, str]) -> str:
    query = urlencode({name: parameters[name] for name in filters.NAMES if parameters.get(name)})
    return f"{path}?{query}" if query else path


def _shown(parameters: Mapping[str, str]) -> FilterView:
    first, last = parameters.get("from", ""), parameters.get("to", "")
    span = next((span for span in SPANS if _days(span) == {"from": first} and not last), "")
    return FilterView(
        model=parameters.get("model", ""),
        key=parameters.get("key", ""),
        outcome=parameters.get("outcome", ""),
        first=first,
        last=last,
        span=span or ("all" if not first and not last else ""),
        is_set=bool(parameters),
    )


def _needs_fields(wanted: FilterView) -> bool:
    """Return whether the filter needs more than the quick choices."""
    return bool(wanted.model or wanted.key or wanted.outcome or not wanted.span)


def _days(span: str) -> dict[str, str]:
    days = SPANS.get(span)
    if days is None:
        return {}
    return {"from": f"{clock.now() - timedelta(days=days):%Y-%m-%d}"}


def _named(key: Key) -> str:
    tail = f"{key.name} (…{key.preview[-4:]})"
    return f"{tail}, revoked" if key.is_revoked else tail
