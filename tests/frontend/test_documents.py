from pathlib import Path

import pytest

from hcai_app.frontend import documents

SCRIPT = '<link rel="modulepreload" href="/assets/a.js"/>'
SHEET = '<link href="/a.css" rel="stylesheet"/>'


def test_scripts_come_after_what_a_document_shows_without_them(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "index.html"
    page.parent.mkdir()
    page.write_text(SCRIPT + SHEET + SCRIPT)
    documents.ScriptsLast().post_build(static_dir=tmp_path)
    later = '<link rel="modulepreload" fetchpriority="low" href="/assets/a.js"/>'
    assert page.read_text() == later + SHEET + later


def test_a_build_that_names_its_scripts_otherwise_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(SHEET)
    with pytest.raises(RuntimeError, match="new form"):
        documents.put_scripts_last(tmp_path)
