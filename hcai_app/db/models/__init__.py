"""The tables, one file per noun. Importing this package registers all of them."""

from hcai_app.db.models.appeals import AppealRow
from hcai_app.db.models.audit import AuditRow
from hcai_app.db.models.calls import CallRow
from hcai_app.db.models.changes import ChangeRow
from hcai_app.db.models.exemptions import ExemptionRow
from hcai_app.db.models.fairuse import FingerprintRow, KeyDayRow, RuleModeRow
from hcai_app.db.models.keys import KeyRow
from hcai_app.db.models.notices import NoticeRow
from hcai_app.db.models.refusals import RefusalRow
from hcai_app.db.models.reports import ReportRow
from hcai_app.db.models.rollups import KeyTotalRow, SiteDayRow, UsageHourRow, UsageMinuteRow
from hcai_app.db.models.safety import SafetyDayRow
from hcai_app.db.models.sessions import SessionRow
from hcai_app.db.models.switches import SwitchRow
from hcai_app.db.models.users import UserRow

__all__ = [
    "AppealRow",
    "AuditRow",
    "CallRow",
    "ChangeRow",
    "ExemptionRow",
    "FingerprintRow",
    "KeyDayRow",
    "KeyRow",
    "KeyTotalRow",
    "NoticeRow",
    "RefusalRow",
    "ReportRow",
    "RuleModeRow",
    "SafetyDayRow",
    "SessionRow",
    "SiteDayRow",
    "SwitchRow",
    "UsageHourRow",
    "UsageMinuteRow",
    "UserRow",
]
