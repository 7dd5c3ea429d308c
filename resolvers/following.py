"""How many may follow something in one process, whatever they follow."""

from collections.abc import Iterator
from contextlib import contextmanager

from resolvers.errors import TooManySubscriptionsError


class FollowerPlaces:
    """One per process."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place until the `with` ends.

        Raises:
            TooManySubscriptionsError: there is none.
        """
        if self._free <= 0:
            raise TooManySubscriptionsError(
                "The server has as many subscriptions as it may: try again later."
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
