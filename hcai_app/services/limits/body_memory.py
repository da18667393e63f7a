"""Memory limits of request bodies, for one call and for the whole worker."""

from hcai_app.errors import TooLarge, Unavailable

# All bodies that one worker holds at a time.
MAX_HELD_BYTES = 256 * 1024 * 1024


class BodyMemory:
    """Counts the bytes of the bodies that this worker holds."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._held = 0

    def check_size(self, size: int) -> None:
        """Refuse a body of so many bytes.

        Raises:
            TooLarge: When it is over the limit of one call.
        """
        if size > self._max_body_bytes:
            megabytes = self._max_body_bytes // (1024 * 1024)
            raise TooLarge(f"The body is over the limit of {megabytes} MB; send less.")

    def take(self, size: int) -> None:
        """Count bytes that are now held.

        Raises:
            Unavailable: When this worker holds too many already.
        """
        if self._held + size > MAX_HELD_BYTES:
            raise Unavailable("Too many large requests at once; try again in a moment.")
        self._held += size

    def give_back(self, size: int) -> None:
        """Count bytes that are held no longer."""
        self._held -= size
