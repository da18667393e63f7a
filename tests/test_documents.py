import re
from pathlib import Path

import pytest

from hcai_app.settings import Settings, read_settings

README = Path("README.md").read_text()
EXAMPLE = Path(".env.example").read_text()
SETTINGS = {str(field.alias) for field in Settings.model_fields.values()}
DOCUMENTS = [Path(name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted(Path("docs").rglob("*.md"))


def example() -> dict[str, str]:
    lines = re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    return dict(lines)


def test_every_setting_is_in_the_example_and_no_other():
    assert set(example()) == SETTINGS


def test_the_example_shows_the_defaults():
    secret = {"HCAI_SECRET_KEY": "a secret of the tests, long enough for it"}
    assert read_settings(example() | secret) == read_settings(secret)


def test_every_setting_is_in_the_readme_and_no_other():
    table = README.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == SETTINGS


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_no_setting_is_named_that_does_not_exist(document: Path):
    named = set(re.findall(r"\bHCAI_[A-Z_]+\b", document.read_text()))
    assert named <= SETTINGS


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_to_files(document: Path):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_of_ours_that_are_named_exist(document: Path):
    named = re.findall(
        r"`((?:[a-z_]+/)+[\w.-]+\.(?:py|md|lua|jsx|mjs|css|ini))`", document.read_text()
    )
    places = [Path(), Path("hcai_app"), Path("hcai_app/api"), Path("tests")]
    missing = [name for name in named if not any((place / name).exists() for place in places)]
    assert not missing


def test_every_decision_has_a_status_a_date_its_alternatives_and_a_line_in_the_index():
    index = Path("docs/decisions/README.md").read_text()
    for record in Path("docs/decisions").glob("0*.md"):
        text = record.read_text()
        assert re.search(r"^Status: (accepted|proposed|superseded by \d+) · Date: 20", text, re.M)
        assert "\n## Alternatives\n" in text
        assert f"({record.name})" in index


def test_make_explains_each_of_its_commands():
    makefile = Path("Makefile").read_text()
    (names,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert re.findall(r"^([a-z-]+):.* ## .+$", makefile, re.MULTILINE) == names.split()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    lock = Path(f"{name}.txt").read_text()
    assert not re.search(r"https?://|--(extra-)?index|--find-links|@", lock)
    blocks = re.split(r"\n(?=[a-z])", "\n" + lock.split("\n#")[-1])[1:]
    pinned = [block for block in blocks if re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ ", block)]
    assert len(pinned) == len(blocks) > 60
    assert all("--hash=sha256:" in block for block in blocks)


def pins(file: str) -> set[tuple[str, str]]:
    found = re.findall(
        r"^([A-Za-z0-9._-]+)[^=\n]*==([^;\s]+)", Path(file).read_text(), re.MULTILINE
    )
    return {(re.sub("[-_.]+", "-", name).lower(), version) for name, version in found}


def test_what_is_asked_for_is_what_is_pinned() -> None:
    for name in ("requirements", "requirements-dev"):
        assert len(pins(f"{name}.in")) > 10
        assert pins(f"{name}.in") <= pins(f"{name}.txt"), "run make lock"
    assert pins("requirements.txt") < pins("requirements-dev.txt")
