"""Memory limits of request bodies: for one call, for one user, and for the whole worker."""

from hcai_app.errors import RateLimited, TooLarge, Unavailable

MB = 1024 * 1024
# All bodies that one worker holds at a time, and of these what large ones leave to small ones.
MAX_HELD_BYTES = 256 * MB
RESERVED_BYTES = 32 * MB
MAX_SMALL_BYTES = 256 * 1024
# All bodies of one user that one worker holds at a time; a single body may have the whole limit.
MAX_BYTES_OF_USER = 96 * MB


class BodyMemory:
    """Counts the bytes of the bodies that this worker holds."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._max_of_user = max(MAX_BYTES_OF_USER, max_body_bytes)
        self._held = 0
        self._of_users: dict[str, int] = {}

    def check_size(self, size: int) -> None:
        """Refuse a body of so many bytes.

        Raises:
            TooLarge: When it is over the limit of one call.
        """
        if size > self._max_body_bytes:
            megabytes = self._max_body_bytes // MB
            raise TooLarge(f"The body is over the limit of {megabytes} MB; send less.")

    def take(self, user_id: str, size: int, more: int) -> None:
        """Count bytes that are now held, of a body that has so many already.

        Raises:
            TooLarge: When the body is over the limit of one call.
            RateLimited: When the user's own bodies take too much room.
            Unavailable: When this worker holds too many already.
        """
        self.check_size(size + more)
        of_user = self._of_users.get(user_id, 0) + more
        if of_user > self._max_of_user:
            raise RateLimited("Your other large requests fill your room; wait for one to end.", 2)
        is_small = size + more <= MAX_SMALL_BYTES
        room = MAX_HELD_BYTES if is_small else MAX_HELD_BYTES - RESERVED_BYTES
        if self._held + more > room:
            raise Unavailable("Too many large requests at once; try again in a moment.")
        self._held += more
        self._of_users[user_id] = of_user

    def give_back(self, user_id: str, size: int) -> None:
        """Count bytes that are held no longer."""
        self._held -= size
        left = self._of_users.get(user_id, 0) - size
        if left > 0:
            self._of_users[user_id] = left
        else:
            self._of_users.pop(user_id, None)
