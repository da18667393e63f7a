"""The call for PowerShell says what the one with curl says."""

import json

import pytest

from hcai_app.docs.examples import powershell
from hcai_app.docs.examples.library import EXAMPLES

WITH_CURL = [
    example
    for example in EXAMPLES.values()
    if any(program.language == "curl" for program in example.programs)
]


@pytest.mark.parametrize("example", WITH_CURL, ids=lambda it: it.name)
def test_it_sends_the_same_body_to_the_same_place(example) -> None:
    text = powershell.of_example(example)
    assert f'Invoke-RestMethod "{{{{base}}}}{example.endpoint}"' in text
    assert ("$env:AI_KEY" in text) == example.needs_key
    if example.body is None:
        assert "-Body" not in text
        return
    body = text.removeprefix("$body = @'\n").partition("\n'@\n")[0]
    assert body == example.body
    assert isinstance(json.loads(body), dict)
    assert f"-Method {example.method.capitalize()}" in text


def test_without_a_call_with_curl_there_is_none() -> None:
    assert powershell.of_example(EXAMPLES["web-page"]) == ""
