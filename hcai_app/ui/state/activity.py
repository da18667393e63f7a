"""State of /activity: its filter and page are the address's query; new calls come live.

The address, as the arguments of every event, may be made up: it goes through the filter's own
reading.
"""

import reflex as rx
from reflex.event import EventSpec

from hcai_app.errors import HcaiError, InvalidRequest, NotFound
from hcai_app.services.call import Caller, LedgerEntry
from hcai_app.services.ledger.refusals import RefusedCall
from hcai_app.services.live.tabs import Tab
from hcai_app.services.safety import reports
from hcai_app.services.safety.reports import ReportReason
from hcai_app.services.usage import filter_options, filters, refusals
from hcai_app.services.usage.filter_options import Choices, Key
from hcai_app.services.usage.filters import Filter
from hcai_app.ui.state import activity_address, activity_list, activity_view, page_actions
from hcai_app.ui.state.activity_address import CSV_PATH, PAGE_PATH
from hcai_app.ui.state.activity_list import Listed
from hcai_app.ui.state.base import SiteState, serving
from hcai_app.ui.view_models import CallDetailView, CallView, ChoiceView, FilterView
from hcai_app.ui.view_models.activity import SumsView

LIST_ID = "calls"
REPORT = "report"  # the query's name of a call whose answer is to be reported
# While a year is being typed browsers report days of the first centuries.
FIRST_DAY = "2020-01-01"
MAX_PAGES_BACK = 1_000  # that “Newer” remembers
ID_LENGTH = 32
NEWEST = ""  # where the first page begins


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
    has_way_back: bool = False  # the page after this one is known
    has_older: bool = False
    searched_to_ms: int = 0  # not 0: the page ends here because enough was looked at
    opened: str = ""
    detail: CallDetailView = CallDetailView()
    reported: str = ""  # why the opened call is reported already, in words
    report_reply: str = ""  # what came of it
    is_reporting: bool = False  # the address asks for the report of a call
    csv: str = CSV_PATH
    sums: SumsView = SumsView()
    held: int = 0  # new calls that wait while somebody reads
    # Where the pages begin that led to this one, and this one; and their filter.
    _trail: rx.Field[list[str]] = rx.field(default_factory=list)
    _trail_of: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    _older: str = ""
    _is_turning: bool = False

    @rx.event
    async def open_page(self) -> EventSpec | None:
        """Show the address's filter and page."""
        caller = await self.enter()
        if caller is None:
            return None
        try:
            parameters = self._parameters()
            self.wanted = activity_address.shown(parameters)
            self.has_fields = self.has_fields or activity_address.needs_fields(self.wanted)
            filters.parse(parameters)
            self._arrive(parameters, activity_address.place(self.router.url.query_parameters))
            self.csv = activity_address.address(CSV_PATH, parameters)
            self._offer(await filter_options.of_user(serving().database, caller.user_id))
        except InvalidRequest:
            self.phase = "odd"
            return None
        except HcaiError as error:
            self._fail(error)
            return None
        await self._show(caller)
        await self._open_linked(caller)
        was_turning, self._is_turning = self._is_turning, False
        return page_actions.scroll_to(LIST_ID) if was_turning else None

    @rx.event
    async def reload(self) -> None:
        """Read the page again."""
        await self._show(await self.caller())

    @rx.event
    async def show_older(self) -> EventSpec | None:
        """Go on to the calls before these."""
        await self.caller()
        return self._turn(self._older) if self._older else None

    @rx.event
    async def show_newer(self) -> EventSpec:
        """Go back to the calls after these."""
        await self.caller()
        return self._turn(self._trail[-2] if len(self._trail) > 1 else NEWEST)

    @rx.event
    async def show_newest(self) -> EventSpec:
        """Go back to the newest calls."""
        await self.caller()
        return self._turn(NEWEST)

    def _turn(self, place: str) -> EventSpec:
        self._is_turning = True
        return activity_address.go(self._parameters(), place)

    def _arrive(self, parameters: dict[str, str], place: str) -> None:
        """Know the way back: the pages before this one, as far as this tab has seen them."""
        trail = self._trail if self._trail_of == parameters else []
        if place == NEWEST:
            trail = [NEWEST]
        elif place in trail:
            trail = trail[: trail.index(place) + 1]
        else:
            trail = [*trail, place] if place == self._older else [place]
        self._trail, self._trail_of = trail[-MAX_PAGES_BACK:], parameters

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
        self.reported, self.report_reply = reports.REASONS[ReportReason(reason)], ""

    async def _find(self, user_id: str, call_id: str) -> LedgerEntry | RefusedCall:
        waiting = serving().refusals.waiting_of(user_id)
        return await refusals.find(serving().database, user_id, call_id, waiting)

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
        return activity_address.go(parameters)

    @rx.event
    async def choose_day(self, name: str, day: str) -> EventSpec | None:
        """Filter by a first or last day; what is still being typed is no day."""
        return await self.choose(name, day) if not day or day >= FIRST_DAY else None

    @rx.event
    async def choose_span(self, span: str) -> EventSpec:
        """Filter by the days up to today; an unknown span is all time."""
        await self.caller()
        days = activity_address.days(span) if isinstance(span, str) else {}
        rest = {
            name: value for name, value in self._parameters().items() if name not in ("from", "to")
        }
        return activity_address.go({**rest, **days})

    def _parameters(self) -> dict[str, str]:
        return activity_address.parameters(self.router.url.query_parameters)

    async def _show(self, caller: Caller) -> None:
        """Read the page that the address names, and watch for what is new on the newest one."""
        place = self._trail[-1] if self._trail else NEWEST
        try:
            wanted = filters.parse(self._parameters())
            self._watch(caller, wanted if place == NEWEST else None)
            found = await activity_list.read(caller.user_id, wanted, place)
        except HcaiError as error:
            self._fail(error)
            return
        self._close()
        self.calls, self.sums, self.held = found.rows, found.sums, 0
        self._older = found.older
        self.has_older, self.has_newer = bool(found.older), place != NEWEST
        self.has_way_back = len(self._trail) > 1
        self.searched_to_ms = found.searched_to_ms
        self.phase, self.problem = "ready", ""

    def _watch(self, caller: Caller, wanted: Filter | None) -> None:
        token = self.router.session.client_token
        serving().tabs.open(Tab(token, caller.user_id, caller.session_id, wanted, PAGE_PATH))

    def show_live(self, newest: Listed) -> None:
        """Show what is new, unless somebody reads a call: then say how many wait."""
        if self.phase != "ready" or self._trail != [NEWEST]:
            return
        self.sums = newest.sums
        if self.opened:
            self.calls = activity_list.refreshed(self.calls, newest)
            known = {row.id for row in self.calls}
            last = min(known, default="")
            self.held = sum(row.id not in known and row.id > last for row in newest.rows)
            return
        rows = activity_list.merged(self.calls, newest, has_older=self.has_older)
        if len(rows) == len(newest.rows) or len(rows) > activity_list.MOST_ROWS:
            rows = rows[: len(newest.rows)]
            self._older, self.has_older = newest.older, bool(newest.older)
            self.searched_to_ms = newest.searched_to_ms
        self.calls, self.held = rows, 0

    async def _open(self, caller: Caller, call_id: str) -> CallView:
        database, user_id = serving().database, caller.user_id
        entry = await self._find(user_id, call_id)
        names = await filter_options.key_names(database, user_id, [entry])
        report = await reports.about(database, user_id, entry.id)
        self.detail, self.opened = activity_view.detail_of(entry, names), entry.id
        self.reported = reports.REASONS[ReportReason(report.reason)] if report else ""
        self.report_reply = (report and report.answer) or ""
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
            self._watch(caller, None)  # between it and the others calls are missing
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
        self.report_reply = ""

    def _fail(self, error: HcaiError) -> None:
        self.phase, self.problem = "failed", error.message
        self._close()


def show(state: ActivityState, listed: dict[Filter, Listed]) -> None:
    """Show a tab what its filter finds now, if it still shows that one."""
    try:
        query = state.router.url.query_parameters
        newest = listed.get(filters.parse(activity_address.parameters(query)))
    except InvalidRequest:
        return
    if newest is not None:
        state.show_live(newest)


def _named(key: Key) -> str:
    tail = filter_options.told_apart(key.name, key.preview)
    if not key.is_ended:
        return tail
    return f"{tail}, {'revoked' if key.is_revoked else 'expired'}"
