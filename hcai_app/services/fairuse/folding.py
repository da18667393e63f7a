"""Texts without their disguises: what is left is compared, of a pattern and of a call alike.

Only letters and digits stay, without case, accents and gaps; letters that look like others count as
those. So a line break, a quotation mark, a character of no width or a Cyrillic "a" changes nothing.
"""

import re
import unicodedata

# Letters of other alphabets by what they look like, and those that Latin type confuses.
LOOK_ALIKES = str.maketrans(
    "авеѕіјкмнорԛстԁухһӏгпьαβεικνορτυχνγωꞓɡɪʟʀᴀᴄᴅᴇᴋᴍɴᴏᴘᴛᴜᴠᴡᴢıߋօո1|0i",
    "abesljkmhopqctdyxhlrnbabelkvoptuxvywcgllracdekmnoptuvwzloonllol",
)
_NOTHING = re.compile(r"[\W_]+")
# The same for plain letters, which most texts are made of: thirty times as fast.
_PLAIN = bytes(range(128)).decode()
_OTHERS = "".join(letter for letter in _PLAIN if not letter.isalnum()).encode()
PLAIN_FOLDED = _PLAIN.lower().translate(LOOK_ALIKES).encode() + bytes(range(128, 256))
# Patterns of instructions: `*` stands for a few words, `(a|b)` for one of several.
_PIECES = re.compile(r"([*()|])")
_GAP = r"\w{0,60}?"
_CHOICE = re.compile(r"\([^)]*\)")
# By so many letters patterns are kept apart.
INDEXED = 3


def fold(text: str) -> str:
    """Return a text as letters and digits alone."""
    if text.isascii():
        return text.encode().translate(PLAIN_FOLDED, _OTHERS).decode()
    parts = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return _NOTHING.sub("", text.casefold()).translate(LOOK_ALIKES)


class Opening:
    """What finds a pattern at the start of a folded text."""

    def __init__(self, pattern: str) -> None:
        literals = [fold(piece) for piece in _CHOICE.sub("*", pattern).split("*")]
        if len(literals[0]) < INDEXED:
            raise ValueError(f"{pattern}: it must begin with a few letters")
        self.start = literals[0]
        self._needed = max(literals, key=len)
        self._whole = re.compile("".join(map(_compiled, _PIECES.split(pattern))))

    def begins(self, folded: str) -> bool:
        """Return whether a folded text begins like this."""
        # Without this word a look at the whole is not worth it.
        return self._needed in folded and self._whole.match(folded) is not None


def _compiled(piece: str) -> str:
    if piece in "(|)" and piece:
        return {"(": "(?:"}.get(piece, piece)
    return _GAP if piece == "*" else fold(piece)
