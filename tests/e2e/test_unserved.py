"""A model that nobody serves under the data policy is marked wherever it is chosen."""

import httpx
from playwright.sync_api import expect

from hcai_app.ui.view_models.models import UNSERVED
from tests.e2e.conftest import Arrive
from tests.e2e.site import Site

MODEL, NAME = "deepseek/deepseek-v3.2", "DeepSeek V3.2"
OTHER = "openai/gpt-oss-120b"
NOBODY = '/simulate status=404 message="No endpoints found matching your data policy"'


def test_a_model_that_nobody_serves_is_marked_in_list_page_and_picker(arrive: Arrive, site: Site):
    person = arrive(reduced_motion="reduce").sign_in("Unserved", slack_id="UUNSERVED")
    key = site.cli("keys", "create", "--user", "UUNSERVED", "--name", "bot")
    answer = httpx.post(
        f"{site.base_url}/chat/completions",
        headers={"Authorization": f"Bearer {key}"},
        json={"model": MODEL, "messages": [{"role": "user", "content": NOBODY}]},
        timeout=30,
    )
    assert answer.status_code == 404, answer.text

    page = person.open("/models")
    rows = page.locator(".model-table tbody tr")
    expect(rows.filter(has_text=MODEL)).to_contain_text(UNSERVED)
    expect(rows.filter(has_text=OTHER)).not_to_contain_text(UNSERVED)

    person.open(f"/models/{MODEL}")
    expect(page.locator("main")).to_contain_text(UNSERVED)
    person.open(f"/models/{OTHER}")
    expect(page.locator("main")).not_to_contain_text(UNSERVED)

    person.open("/playground")
    page.locator(".play-model").click()
    models = page.locator(".play-found button")
    expect(models.filter(has_text=NAME)).to_contain_text(UNSERVED)
    expect(models.filter(has_text="gpt-oss")).not_to_contain_text(UNSERVED)
    for width in (390, 1280):
        person.turn_to(width, "light")
        assert person.overflow() <= 0
    assert person.problems == []
