"""What a program looks like under any name, as a few keyed hashes.

Of its tools: what their parameters are called and what they are, for whoever renames a tool breaks
the program that reads its arguments. Of its instructions: each three words in a row, of which the
smallest hashes are kept, so that two texts are alike as far as these are the same.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple

Kind = Literal["tools", "instructions"]
# Of the instructions so much is looked at, and so many hashes are kept.
MAX_TEXT, KEPT = 2_000, 48
# What is shorter says too little: triples, and tools with two parameters or more.
MIN_TRIPLES, MIN_SHAPES, MAX_SHAPES = 60, 4, 64
# From which share of hashes in common on two programs are one.
ALIKE = {"tools": 0.6, "instructions": 0.5}
HASH_BYTES = 8
_WORDS = re.compile(r"\w+")


class Sketch(NamedTuple):
    """Hashes of one kind."""

    kind: Kind
    hashes: frozenset[int]

    def is_like(self, known: "Sketch") -> bool:
        """Return whether this is the program that is known."""
        if self.kind != known.kind:
            return False
        common = len(self.hashes & known.hashes)
        if self.kind == "tools":
            return common >= MIN_SHAPES and common >= ALIKE["tools"] * len(known.hashes)
        union = sorted(self.hashes | known.hashes)[:KEPT]
        shared = sum(value in self.hashes and value in known.hashes for value in union)
        return shared >= ALIKE["instructions"] * len(union)


def of_tools(shapes: Iterable[str], key: bytes) -> Sketch | None:
    """Return the sketch of tools by their parameters; None for a few or plain ones."""
    telling = {shape for shape in shapes if "," in shape}  # two parameters or more
    if len(telling) < MIN_SHAPES:
        return None
    return Sketch("tools", frozenset(_hash(shape, key) for shape in sorted(telling)[:MAX_SHAPES]))


def of_instructions(texts: Iterable[str], key: bytes) -> Sketch | None:
    """Return the sketch of instructions; None for short ones."""
    text = max(texts, key=len, default="")[:MAX_TEXT]
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    triples = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    if len(triples) < MIN_TRIPLES:
        return None
    smallest = sorted(_hash(triple, key) for triple in triples)[:KEPT]
    return Sketch("instructions", frozenset(smallest))


def _hash(text: str, key: bytes) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=HASH_BYTES, key=key)
    return int.from_bytes(digest.digest())
