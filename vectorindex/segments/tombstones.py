"""Tombstones for ids, wherever their rows are."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from vectorindex.ids import Keys, to_keys

AnyPart = TypeVar("AnyPart", bound="Buried")


class Buried(Protocol):
    """Rows of which some are gone."""

    def without(self: AnyPart, keys: Keys) -> AnyPart:
        """The rows with tombstones for some ids."""
        ...


def bury(parts: tuple[AnyPart, ...], ids: Sequence[bytes]) -> tuple[AnyPart, ...]:
    """The parts without some ids; the parts given stay as they are."""
    keys = to_keys(ids)
    return tuple(part.without(keys) for part in parts) if ids else parts
