"""What a body says to fair use: a small conversation is decoded at once, and says the same."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.api.proxy import instructions, members

TEXTS = st.one_of(st.text(max_size=20), st.none(), st.integers(), st.just("\\ud800"))
PARTS = st.one_of(
    st.fixed_dictionaries({}, optional={"type": st.just("text"), "text": TEXTS}), st.text()
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "role": st.one_of(st.sampled_from(["user", "system", "developer", "assistant"]), TEXTS),
        "content": st.one_of(TEXTS, st.lists(PARTS, max_size=10), PARTS),
        "text": TEXTS,
    },
)


def said_in(messages: Any) -> instructions.Content:
    return instructions.read(members.object_in(msgspec.json.encode({"messages": messages})))


@given(st.lists(st.one_of(SAID, SAID, SAID, PARTS), max_size=6))
def test_a_small_conversation_says_what_it_says_piece_by_piece(messages: list[Any]) -> None:
    at_once = said_in(messages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instructions, "_small", lambda _raw: None)
        assert said_in(messages) == at_once


def test_what_is_said_is_told_apart_by_role() -> None:
    parts = [{"type": "text", "text": "and"}, {"type": "image_url"}, {"type": "text", "text": "b"}]
    told = said_in(
        [
            {"role": "system", "content": "be kind"},
            {"role": "user", "content": parts},
            {"role": "assistant", "content": "yes"},
        ]
    )
    assert (list(told.instructions), list(told.users)) == (["be kind"], ["and", "b"])
