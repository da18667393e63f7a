"""The face of a model: which of a few shapes its mark has; pages draw it (`assets/faces.css`)."""

import zlib

HEADS, EYES, MOUTHS = 4, 4, 4


def face_of(name: str) -> str:
    """Return the class names of a model's face; the same name has the same face."""
    number = zlib.crc32(f"face of {name}".encode())
    head, rest = number % HEADS, number // HEADS
    return f"face h{head} e{rest % EYES} m{rest // EYES % MOUTHS}"
