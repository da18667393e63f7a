"""`/help/now`, `/safety`, `/parents`: for everybody, without a script, and whatever is away."""

import base64
import hashlib
import re
import time
from datetime import date

import httpx
import pytest

from hcai_app.api import safety_pages
from hcai_app.settings import Settings, read_settings
from hcai_app.ui import theme
from tests.conftest import Install
from tests.harness.processes import free_port
from tests.harness.product import Product
from tests.test_settings import PRODUCTION

PATHS = list(safety_pages.PAGES)
MAX_BYTES = 50_000
AT_HOME = {"HCAI_SECRET_KEY": "x" * 40}


def text_of(path: str, settings: Settings) -> str:
    return " ".join(safety_pages.page_of(path, settings)[0].decode().split())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_page_is_small_complete_and_without_a_script(
    product: Product, path: str, slash: str
) -> None:
    answer = httpx.get(f"{product.origin}{path}{slash}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.content) < MAX_BYTES
    assert not re.search(r"<script|<link rel=.stylesheet|\son\w+=|style=", answer.text)
    assert answer.text.count("<h1") == answer.text.count("<main") == 1
    assert "set-cookie" not in answer.headers
    assert "$" not in re.sub(r"\$\d", "", answer.text), "a place was not filled in"
    assert "prefers-color-scheme: dark" in answer.text
    seen = httpx.get(f"{product.origin}{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert seen.status_code == 304
    assert httpx.head(f"{product.origin}{path}").status_code == 200
    assert httpx.post(f"{product.origin}{path}").status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_its_policy_lets_in_its_own_style_and_nothing_else(product: Product, path: str) -> None:
    answer = httpx.get(f"{product.origin}{path}")
    (css,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_help_is_there_while_the_server_waits_for_its_database(install: Install) -> None:
    product = install(DATABASE_URL=f"postgresql://postgres@127.0.0.1:{free_port()}/none")
    product.launch()
    deadline = time.monotonic() + 30
    while True:
        try:
            answer = httpx.get(f"{product.origin}/help/now")
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert answer.status_code == 200
    assert "0800 1111" in answer.text
    assert product.get("/models").status_code == 503  # it does wait


def test_every_help_line_can_be_called_and_the_day_of_the_last_look_is_shown() -> None:
    page = text_of("/help/now", read_settings(AT_HOME))
    known = safety_pages.help_lines()
    assert date.fromisoformat(known["looked_at"]) >= date(2026, 1, 1)
    assert known["looked_at"] in page
    for line in known["lines"]:
        assert f">{line['number']}</a>" in page
        digits = re.sub(r"\D", "", line["number"])
        assert f'href="tel:{digits}"' in page
    assert "https://findahelpline.com" in page


@pytest.mark.parametrize(
    ("variables", "said", "unsaid"),
    [
        ({}, "promise not to keep what you send", "may train on it"),
        ({"HCAI_DATA_POLICY": "allow"}, "may train on it", "promise"),
        ({"HCAI_RETENTION_DAYS": "30"}, "30 days", "400 days"),
        ({"HCAI_REQUIRE_VERIFIED": "true"}, "age Hack Club has checked", "does not ask"),
        ({}, "does not ask for a checked age", "whose age"),
    ],
)
def test_safety_claims_what_the_settings_say(
    variables: dict[str, str], said: str, unsaid: str
) -> None:
    page = text_of("/safety", read_settings(AT_HOME | variables))
    assert said in page
    assert unsaid not in page


def test_safety_names_the_models_that_the_operator_answers_for() -> None:
    plain = text_of("/safety", read_settings(PRODUCTION))
    assert "is not offered" in plain
    excepted = {**PRODUCTION, "HCAI_MINORS_EXCEPTIONS": "google/gemini-2.5-pro"}
    assert "google/gemini-2.5-pro" in text_of("/safety", read_settings(excepted))
    assert "gemini" not in plain


def test_parents_find_their_four_answers() -> None:
    page = text_of("/parents", read_settings(AT_HOME | {"HCAI_DAILY_BUDGET_USD": "2.50"}))
    for heading in ("What is it?", "Is it safe?", "What is kept?", "Whom do I write to?"):
        assert f"<h2>{heading}</h2>" in page
    assert f"mailto:{safety_pages.CONTACT}" in page
    assert "$2.50" in page


def test_each_answer_begins_with_what_matters_and_the_rest_is_folded() -> None:
    page = text_of("/parents", read_settings(AT_HOME))
    shown = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert page.count("<details>") == shown.count("<section") == 4
    for said in ("$4", "Answers are not filtered", "/help/now", "400 days", "mailto:"):
        assert said in shown


def test_the_colors_are_those_of_the_house() -> None:
    css = (safety_pages.FOLDER / "page.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark")
    for part, tokens in ((light, theme.LIGHT), (dark, theme.DARK)):
        used = dict(re.findall(r"--([a-z-]+): ([^;]+);", part))
        assert used == {name: tokens[name] for name in used}
        assert len(used) > 6
