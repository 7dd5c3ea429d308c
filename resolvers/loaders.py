"""Loaders: keys that are asked for at the same moment are read in one trip."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from resolvers.context import Context

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


async def load_together(
    context: Context,
    name: Hashable,
    read: Callable[[list[Key]], Awaitable[Sequence[Value]]],
    key: Key,
) -> Value:
    """What `read` gives for a key; all keys that are asked for at the same moment are read at once.

    Args:
        context: the operation, which remembers what was read.
        name: everything but the key that decides what is read; equal names share what they read.
        read: gives one value for each key, in the order of the keys.
        key: whose value is wanted.
    """
    # A field that fails has its siblings cancelled; others may wait for the same value.
    return await asyncio.shield(_loader(context, name, read).load(key))


async def load_all_together(
    context: Context,
    name: Hashable,
    read: Callable[[list[Key]], Awaitable[Sequence[Value]]],
    keys: Iterable[Key],
) -> list[Value]:
    """`load_together` for many keys of one caller, without a task for each."""
    return await asyncio.shield(asyncio.gather(*map(_loader(context, name, read).load, keys)))


def _loader(
    context: Context, name: Hashable, read: Callable[[list[Key]], Awaitable[Sequence[Value]]]
) -> DataLoader[Key, Value]:
    if name not in context.loaders:
        context.loaders[name] = DataLoader(load_fn=read)
    loader: DataLoader[Key, Value] = context.loaders[name]
    return loader
