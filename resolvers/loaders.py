"""Loaders: keys that are asked for at the same moment are read in one trip."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar, cast

from strawberry.dataloader import DataLoader

from resolvers.context import Context

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def loader_of(
    context: Context,
    name: Hashable,
    load: Callable[[list[Key]], Awaitable[Sequence[Value]]],
) -> DataLoader[Key, Value]:
    """The operation's loader of that name, made with `load` on first use.

    Args:
        context: the operation.
        name: everything but the key that decides what is read; equal names share what they read.
        load: gives one value for each key, in the order of the keys.
    """
    if name not in context.loaders:
        context.loaders[name] = DataLoader(load_fn=load)
    return cast("DataLoader[Key, Value]", context.loaders[name])
