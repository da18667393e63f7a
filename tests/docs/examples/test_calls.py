"""What pages take of the library: one client in each language, with a model of theirs."""

import pytest

from hcai_app.docs.examples import calls
from hcai_app.docs.examples.library import Language


@pytest.mark.parametrize(("kind", "language"), calls.PROGRAMS)
def test_no_place_stays_unfilled(kind: calls.Kind, language: Language) -> None:
    text = calls.call(kind, language, model="a/b", base="http://x/proxy/v1")
    assert "a/b" in text
    assert "http://x/proxy/v1" in text
    assert "{{" not in text


def test_a_streamed_call_asks_for_a_stream() -> None:
    text = calls.streamed_call(model="a/b", base="http://x/proxy/v1")
    assert text.startswith("curl -N http://x/proxy/v1/chat/completions")
    assert '"stream": true' in text
    assert "{{" not in text
