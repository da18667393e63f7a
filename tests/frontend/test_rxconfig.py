import ast
import re
from pathlib import Path

import pytest
import reflex as rx
from reflex.config import get_config

from hcai_app.api import routes as api
from hcai_app.frontend import vite

RXCONFIG = Path("rxconfig.py")


def test_every_argument_is_a_field_that_reflex_knows():
    call = next(
        node
        for node in ast.walk(ast.parse(RXCONFIG.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "rx.Config"
    )
    given = {str(keyword.arg) for keyword in call.keywords}
    assert given <= rx.Config.class_fields()


def test_states_stay_out_of_files_and_nothing_calls_home():
    config = get_config()
    assert config.state_manager_mode.value in {"memory", "redis"}
    assert config.telemetry_enabled is False
    assert config.show_built_with_reflex is False
    assert config.db_url is None


def test_every_page_origin_of_this_machine_may_open_the_event_socket():
    origins = get_config().cors_allowed_origins
    assert "*" not in origins
    for origin in ("http://localhost:3000", "http://127.0.0.1:3000", "http://localhost:8000"):
        assert origin in origins


def test_vite_forwards_the_servers_paths_and_binds_loopback():
    original = f"{vite.DEFINE_ANCHOR}({{plugins: [\n    {vite.PLUGINS_ANCHOR}]}})"
    changed = vite.add_forwarding(original)
    assert 'host: "127.0.0.1"' in changed
    assert "hcaiForward(),\n    hcaiOwnOrigin()," in changed
    assert vite.add_forwarding(changed) == changed


def test_vite_forwards_whatever_the_api_owns():
    for path in (*api.ROUTES, *api.FOLDERS, api.PROXY, api.PLAYGROUND):
        assert re.search(vite.SERVER_PATTERN, path), path
    for page in ("/", "/playground", "/playground/", "/playground?model=a", "/playground/v1x"):
        assert not api.owns(page)
        assert not re.search(vite.SERVER_PATTERN, page), page
    assert f'"{vite.SERVER_PATTERN}"' in vite.FORWARD


def test_a_new_form_of_the_vite_config_is_noticed():
    with pytest.raises(RuntimeError, match="new form"):
        vite.add_forwarding("export default {}")


@pytest.mark.parametrize("folder", ["reflex.lock", "tests/clients/node", "tests/js"])
def test_the_lock_file_names_no_other_registry(folder: str):
    lock = Path(folder, "package-lock.json").read_text()
    assert '"resolved": "http' not in lock.replace('"resolved": "https://registry.npmjs.org/', "")
    assert not Path("reflex.lock/bun.lock").exists()
