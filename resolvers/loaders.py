"""Loaders: keys that are asked for at the same moment are read in one trip."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from resolvers.context import Context

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
# Gives one value for each key, in the order of the keys.
Read = Callable[[list[Key]], Awaitable[Sequence[Value]]]


async def load_together(
    context: Context, name: Hashable, read: Read[Key, Value], key: Key
) -> Value:
    """`load_all_together` for one key."""
    (value,) = await load_all_together(context, name, read, (key,))
    return value


async def load_all_together(
    context: Context, name: Hashable, read: Read[Key, Value], keys: Iterable[Key]
) -> list[Value]:
    """What `read` gives for keys; all that are asked for at the same moment are read at once.

    Args:
        context: the operation, which remembers what was read.
        name: everything but the keys that decides what is read; equal names share what they read.
        read: gives one value for each key, in the order of the keys.
        keys: whose values are wanted, in their order.
    """
    if name not in context.loaders:
        context.loaders[name] = Loader(read)
    loader: Loader[Key, Value] = context.loaders[name]
    return await loader.load(list(keys))


class Loader(Generic[Key, Value]):
    """Reads each key once; a moment's keys in one trip, without a task for each."""

    def __init__(self, read: Read[Key, Value]) -> None:
        self._read = read
        # One future for all keys of a caller: its result has the values of the whole trip.
        self._trips: dict[Key, Awaitable[dict[Key, Value]]] = {}
        self._together: DataLoader[list[Key], dict[Key, Value]] = DataLoader(
            self._read_all, cache=False
        )

    async def load(self, keys: list[Key]) -> list[Value]:
        """The values of keys, in their order."""
        new = [key for key in dict.fromkeys(keys) if key not in self._trips]
        if new:
            self._trips.update(dict.fromkeys(new, self._together.load(new)))
        found: dict[Key, Value] = {}
        for trip in dict.fromkeys(self._trips[key] for key in keys):
            # A field that fails has its siblings cancelled; others may wait for the same value.
            found |= await asyncio.shield(trip)
        return [found[key] for key in keys]

    async def _read_all(self, asked: list[list[Key]]) -> list[dict[Key, Value]]:
        keys = [key for each in asked for key in each]
        found = dict(zip(keys, await self._read(keys), strict=True))
        return [found] * len(asked)
