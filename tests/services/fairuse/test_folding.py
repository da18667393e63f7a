"""Folding is what Unicode says of a whole text, though it is done letter by letter."""

import re
import tracemalloc
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from hcai_app.services.fairuse import folding, words

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def bare(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


@given(TEXTS)
@example("Ｙｏｕ аre ﬁne — İstanbul, naïve Å 1|0")
def test_only_letters_and_digits_stay(text: str) -> None:
    assert folding.fold(text) == re.sub(r"[\W_]+", "", bare(text)).translate(folding.LOOK_ALIKES)


@given(TEXTS)
@example("Ｙｏｕ аre ﬁne — zero\u200bwidth, na\u0308ive")
def test_words_are_between_what_is_no_letter(text: str) -> None:
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    spaced = re.sub(r"[\W_]+", " ", bare(visible)).translate(folding.LOOK_ALIKES)
    assert words.of(text) == spaced.split()


def test_what_is_kept_of_letters_is_bounded() -> None:
    every = "".join(chr(code) for code in range(0x80, 0x20000) if not 0xD800 <= code < 0xE000)
    tracemalloc.start()
    folding.fold(every[: len(every) // 2])
    folding.fold(every[len(every) // 2 :])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8_000_000
