"""The answers that the docs show have the form of real ones."""

import json
import re
from typing import Any

import pytest

from hcai_app.docs import chapters, fill, places
from hcai_app.docs.examples import library
from hcai_app.docs.examples.library import EXAMPLES
from hcai_app.settings import read_settings
from tests.harness.product import Product

JSON = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACES = places(read_settings({"HCAI_SECRET_KEY": "a secret of the tests, long enough for it"}))
# Chapter -> the example whose answer its first block of JSON is.
ANSWERS = {
    "chat": "chat",
    "images": "draw",
    "embeddings": "embedding",
    "moderations": "moderation",
    "stats-and-key": "stats",
}


def shown_in(slug: str) -> dict[str, Any]:
    (text,) = [chapter.text for chapter in chapters() if chapter.slug == slug]
    return json.loads(fill(JSON.findall(text)[0], PLACES))


def members_of(value: Any, path: str = "") -> set[str]:
    """Every member's name with the names around it; the items of a list are one."""
    if isinstance(value, list):
        return set().union(*(members_of(item, path) for item in value))
    if not isinstance(value, dict):
        return set()
    paths = {f"{path}.{name}": inner for name, inner in value.items()}
    return set(paths).union(*(members_of(inner, name) for name, inner in paths.items()))


@pytest.mark.parametrize(("slug", "name"), ANSWERS.items())
def test_every_member_that_is_shown_is_really_there(
    product: Product, key: str, slug: str, name: str
) -> None:
    example = EXAMPLES[name]
    body = json.loads(library.fill(example.body, PLACES)) if example.body else None
    answer = product.request(example.method, example.endpoint, key, json=body)
    assert members_of(shown_in(slug)) <= members_of(answer.json())


def test_the_error_is_the_one_that_is_sent(product: Product, key: str) -> None:
    answer = product.post("/chat/completions", key, json={"model": "qwen/qwen3-32b"})
    shown = shown_in("errors")
    of_another_call = shown["error"]["metadata"]["help_url"].rpartition("/")[2]
    sent = answer.text.replace(product.settings["HCAI_BASE_URL"], PLACES["origin"])
    sent = sent.replace(answer.headers["x-request-id"], of_another_call)
    assert json.loads(sent) == shown


def test_an_error_of_messages_has_the_form_that_is_shown(product: Product) -> None:
    key = product.make_key("UBROKE", "--budget-usd", "0")
    body = {"model": "qwen/qwen3-32b", "messages": [{"role": "user", "content": "Hi!"}]}
    answer = product.post("/messages", key, json=body)
    assert answer.status_code == 402
    shown, sent = shown_in("messages"), answer.json()
    assert members_of(sent) == members_of(shown)
    assert sent["error"]["type"] == shown["error"]["type"]
    assert shown["error"]["message"] == sent["error"]["message"].replace("$0 ", "$4 ")
