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
GAP = " "
# So many characters are remembered; one takes about 150 bytes.
MAX_LETTERS = 30_000
_NO_LETTER = re.compile(r"[\W_]")
_OTHER_THAN_PLAIN = re.compile(r"[^\x00-\x7f]+")
# For plain letters, which most texts are made of.
_PLAIN = bytes(range(128)).decode()
_OTHERS = "".join(letter for letter in _PLAIN if not letter.isalnum()).encode()
PLAIN_FOLDED = _PLAIN.lower().translate(LOOK_ALIKES).encode() + bytes(range(128, 256))


def fold(text: str) -> str:
    """Return a text as letters and digits alone."""
    return plain(text).encode().translate(PLAIN_FOLDED, _OTHERS).decode()


def plain(text: str) -> str:
    """Return a text with each character beyond ASCII as what it is without its disguise.

    A gap stands for what is no letter. ASCII characters stay as they are.
    """
    if text.isascii():
        return text
    return _OTHER_THAN_PLAIN.sub(lambda found: found[0].translate(_LETTERS), text)


class _Letters(dict[int, str]):
    """Characters without accents, case and disguise, by their code; filled as they come."""

    def __missing__(self, code: int) -> str:
        letter = _bare(chr(code))
        if len(self) < MAX_LETTERS:
            self[code] = letter
        return letter


def _bare(letter: str) -> str:
    if unicodedata.category(letter) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", letter)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return _NO_LETTER.sub(GAP, bare.casefold()).translate(LOOK_ALIKES)


_LETTERS = _Letters()
