from pathlib import Path

import pytest

from hcai_app.frontend import documents

LINK = '<link rel="modulepreload" href="/assets/libraries-a.js"/>'
SHEET = '<link href="/a.css" rel="stylesheet"/>'
SCRIPT = """<script type="module" async="">import "/assets/manifest.js";
import * as route0 from "/assets/root.js";
import * as route1 from "/assets/docs.js";

  window.__reactRouterRouteModules = {"root":route0,"routes/docs":route1};

import("/assets/entry.js");</script>"""

ORDER = ("libraries-a", "manifest", "root", "docs", "entry")


def test_nothing_of_a_document_asks_for_scripts_before_it_is_painted(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "index.html"
    page.parent.mkdir()
    page.write_text(LINK + SHEET + LINK + SCRIPT)
    documents.ScriptsLast().post_build(static_dir=tmp_path)
    text = page.read_text()
    assert text.startswith(LINK.replace("modulepreload", "after-paint") + SHEET)
    assert 'modulepreload" href' not in text
    assert "import *" not in text
    begin = [text.index(f'import("/assets/{name}.js")') for name in ORDER]
    assert begin == sorted(begin)


@pytest.mark.parametrize("text", [SHEET, SHEET + LINK, SHEET + SCRIPT])
def test_a_build_that_names_its_scripts_otherwise_is_noticed(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.html").write_text(text)
    with pytest.raises(RuntimeError, match="new form"):
        documents.put_scripts_last(tmp_path)
