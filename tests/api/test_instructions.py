"""What a body says to fair use: a small conversation is decoded at once, and says the same."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcai_app.api.proxy import instructions, members

ROLES = st.sampled_from(["user", "system", "developer", "assistant"])
TEXTS = st.text(max_size=20)
ODD = st.one_of(TEXTS, st.none(), st.integers(), st.lists(st.integers(), max_size=2))


def conversations(texts: Any) -> Any:
    """Make lists of messages whose members have these values where others have texts."""
    parts = st.fixed_dictionaries({"type": st.just("text")}, optional={"text": texts})
    content = st.one_of(texts, st.lists(parts, max_size=12))
    said = {"role": ROLES if texts is TEXTS else st.one_of(ROLES, texts), "content": content}
    return st.lists(st.fixed_dictionaries({}, optional={**said, "text": texts}), max_size=6)


def said_in(messages: Any) -> instructions.Content:
    return instructions.read(members.object_in(msgspec.json.encode({"messages": messages})))


@given(st.one_of(conversations(TEXTS), conversations(ODD)))
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
