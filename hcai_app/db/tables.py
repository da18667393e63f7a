"""Every table, for queries by column: import tables from here only."""

from typing import cast

from sqlalchemy import Table, inspect
from sqlmodel import SQLModel

from hcai_app.db.models import (
    AppealRow,
    AuditRow,
    CallRow,
    ChangeRow,
    ExemptionRow,
    FingerprintRow,
    KeyDayRow,
    KeyRow,
    KeyTotalRow,
    NoticeRow,
    RefusalRow,
    ReportRow,
    RuleModeRow,
    SafetyDayRow,
    SessionRow,
    SiteDayRow,
    SwitchRow,
    UsageHourRow,
    UsageMinuteRow,
    UserRow,
)


def _table_of(model: type[SQLModel]) -> Table:
    return cast(Table, inspect(model).local_table)


users_table = _table_of(UserRow)
keys_table = _table_of(KeyRow)
sessions_table = _table_of(SessionRow)
changes_table = _table_of(ChangeRow)
refusals_table = _table_of(RefusalRow)
modes_table = _table_of(RuleModeRow)
fingerprints_table = _table_of(FingerprintRow)
key_days_table = _table_of(KeyDayRow)
reports_table = _table_of(ReportRow)
appeals_table = _table_of(AppealRow)
exemptions_table = _table_of(ExemptionRow)
notices_table = _table_of(NoticeRow)
switches_table = _table_of(SwitchRow)
audit_table = _table_of(AuditRow)
safety_table = _table_of(SafetyDayRow)
calls_table = _table_of(CallRow)
hours_table = _table_of(UsageHourRow)
minutes_table = _table_of(UsageMinuteRow)
totals_table = _table_of(KeyTotalRow)
days_table = _table_of(SiteDayRow)
