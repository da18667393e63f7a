"""What the log learns of a fault in a page."""

import pytest

from hcai_app import clock
from hcai_app.ui.state.faults import MOST_A_MINUTE, Faults

CHROME = """SyntaxError: Unexpected token 'm', "my secret diary" is not valid JSON
SyntaxError: Unexpected token 'm', "my secret diary" is not valid JSON
    at JSON.parse (<anonymous>)
    at read (https://ai.test/assets/playground-3f2a.js:12:345)
    at https://ai.test/assets/react-99.js:4:1"""
FIREFOX = """TypeError: x is undefined
read@https://ai.test/assets/playground-3f2a.js:12:345
"""


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (CHROME, "SyntaxError < playground-3f2a.js:12:345 < react-99.js:4:1"),
        (FIREFOX, "TypeError < playground-3f2a.js:12:345"),
        ("undefined: undefined\nundefined", "undefined"),
        ("my secret diary", "a fault"),
    ],
)
def test_a_fault_is_told_without_what_was_written(
    caplog: pytest.LogCaptureFixture, report: str, line: str
) -> None:
    Faults().note(Exception(report))
    assert f"a page reports: {line}" in caplog.text
    assert "diary" not in caplog.text


def test_a_page_cannot_fill_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: 0)
    faults = Faults()
    for _ in range(MOST_A_MINUTE + 5):
        faults.note(Exception(FIREFOX))
    assert len(caplog.records) == MOST_A_MINUTE
    monkeypatch.setattr(clock, "now_ms", lambda: clock.MS_PER_MINUTE)
    faults.note(Exception(FIREFOX))
    assert len(caplog.records) == MOST_A_MINUTE + 1
