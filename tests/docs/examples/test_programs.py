"""Every program of the library runs as its reader would run it, and does what its page says."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from hcai_app.docs import places
from hcai_app.docs.examples.library import EXAMPLES, Example, Program, fill
from hcai_app.settings import read_settings
from tests.docs.examples.conftest import Done, Paste
from tests.docs.examples.expected import EXPECTED, Expected
from tests.harness.product import Product
from tests.harness.provider import Provider

AT_ONCE = 3
PNG = b"\x89PNG"
SERVERS = ("web-page",)


def test_it_is_known_of_every_example_what_it_does() -> None:
    assert EXPECTED.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in SERVERS])
def test_its_programs_run(name: str, product: Product, provider: Provider, paste: Paste) -> None:
    example, expected = EXAMPLES[name], EXPECTED[name]
    if name == "cancel":
        provider.script(delay=0.1, chunks=60)
    slack_id = f"U{name}"
    key = product.make_key(slack_id)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda program: paste(program, key), example.programs))
    for program, end in zip(example.programs, done, strict=True):
        assert_did(program, end, expected)
    assert_booked(product, slack_id, example, expected)
    assert_asked_the_same(example, product, provider)


def assert_did(program: Program, done: Done, expected: Expected) -> None:
    assert done.code == 0, f"{program.title}:\n{done.complained}"
    pattern = expected.curl if program.language == "curl" else expected.says
    assert re.search(pattern, done.printed), f"{program.title} printed:\n{done.printed}"
    if program.language == "curl" and done.printed.startswith("{"):
        assert not json.loads(done.printed).get("error")
    if expected.file and program.language != "curl":
        assert (done.folder / expected.file).read_bytes().startswith(PNG)
    if "raccoon.png" in program.text:
        assert (done.folder / "raccoon.png").read_bytes().startswith(PNG)


def assert_booked(product: Product, slack_id: str, example: Example, expected: Expected) -> None:
    """The ledger has a row for each call: of this endpoint, with this end."""
    count = sum(
        expected.curl_calls if program.language == "curl" else expected.calls
        for program in example.programs
    )
    row = (expected.endpoint or example.endpoint, expected.outcome)
    product.wait_for_rows(lambda _rows: len(booked(product, slack_id)) >= count)
    assert booked(product, slack_id) == [row] * count


def assert_asked_the_same(example: Example, product: Product, provider: Provider) -> None:
    """What the panel sends is what each client's program sends first."""
    if example.body is None or example.endpoint == "/moderations":  # not the provider's
        return
    wanted = json.loads(fill(example.body, places(read_settings(product.settings))))
    asked = [json.loads(call["body"]) for call in provider.calls()]
    same = [sent for sent in asked if all(sent.get(name) == it for name, it in wanted.items())]
    assert len(same) == len(example.programs), asked


def booked(product: Product, slack_id: str) -> list[tuple[str, str]]:
    return [(row["endpoint"], row["outcome"]) for row in product.rows("--user", slack_id)]
