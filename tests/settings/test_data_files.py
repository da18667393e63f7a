"""Files of data that volunteers edit: whatever is wrong in one is told in a line, with its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hcai_app.cli.main import main
from hcai_app.edge import server
from hcai_app.services.fairuse import general, heuristics, judging, rules
from hcai_app.settings import maker_terms, moderation_thresholds

READERS = (
    rules.load_own,
    heuristics.load_own,
    general._compiled,
    judging.compiled,
    maker_terms.register,
    moderation_thresholds.thresholds,
)
RULE = """[[rule]]
id = "nova-opening"
app = "Nova"
category = "coding agent"
signal = "opening"
pattern = ["{pattern}"]
weight = "strong"
source = "https://nova.example"
match = "You are Nova."
"""
MISS = 'miss = "You are kind."\n'
WRONG = [
    (rules, RULE.format(pattern="You are Nova"), "nova-opening: Object missing required field"),
    (rules, RULE.format(pattern="*") + MISS, "must begin with a few letters"),
    (rules, "[[rule]", "rules.toml cannot be used"),
    (heuristics, 'role = 7\ntrait = []', "heuristics.toml cannot be used: Expected `array`"),
    (maker_terms, '[[terms]]\nmodels = "acme"\n', "maker_terms.toml cannot be used"),
    (moderation_thresholds, "[[thresholds]]\nscore = 'high'\n", "moderation_thresholds.toml"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    """Whatever was read before is read again, here and afterwards."""
    for read in READERS:
        read.cache_clear()
    yield
    for read in READERS:
        read.cache_clear()


def place(monkeypatch: pytest.MonkeyPatch, module: object, folder: Path, data: bytes) -> None:
    file = folder / module.FILE.name
    file.write_bytes(data)
    monkeypatch.setattr(module, "FILE", file)


@pytest.mark.parametrize(("module", "text", "told"), WRONG)
def test_a_server_does_not_start_and_says_why_in_one_line(
    module: object,
    text: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place(monkeypatch, module, tmp_path, text.encode())
    monkeypatch.setattr(server, "serve", lambda *_, **__: 0)  # if it did start, it would not end
    assert main(["serve", "--backend-only"]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_doctor_names_the_file_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place(monkeypatch, rules, tmp_path, b"\xff")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "FAIL data: rules.toml cannot be used: 'utf-8' codec can't decode" in said
    assert "provider: " in said
