import re

import pytest

from hcai_app.settings import Settings
from tests.harness.processes import ROOT

NAMES = sorted(str(field.alias) for field in Settings.model_fields.values())


@pytest.mark.parametrize("document", [".env.example", "README.md"])
def test_every_setting_is_documented(document: str) -> None:
    text = (ROOT / document).read_text()
    missing = [name for name in NAMES if not re.search(rf"\b{name}\b", text)]
    assert missing == []


@pytest.mark.parametrize("document", [".env.example", "README.md"])
def test_no_setting_is_documented_that_does_not_exist(document: str) -> None:
    text = (ROOT / document).read_text()
    assert sorted(set(re.findall(r"\bHCAI_[A-Z_]+\b", text)) - set(NAMES)) == []
