"""What is known about a kind of item before the store is asked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from documents.base import EntityKind
from documents.text import UNSTORABLE
from resolvers.errors import UserError, UserErrorCode
from resolvers.limits import CLIENT_REF_LIMIT
from resolvers.writing.attempt import Attempt, Placed, Review
from resolvers.writing.checks import Check, Spot, fields, text
from resolvers.writing.references import client_ref_of

Item = TypeVar("Item")

_client_ref = text(CLIENT_REF_LIMIT)


@dataclass(frozen=True, slots=True)
class BatchRules(Generic[Item]):
    """How items of one kind are written.

    Attributes:
        verb: what is done to them: the name of the operation in a mixed batch.
        kind: what the items are.
        checks: what the values of each field may be.
        prepare: reads, refuses items and plans the writes; may run more than once.
        texts: texts to embed that items bring, as far as the store need not be asked for them.
    """

    verb: str
    kind: EntityKind
    checks: Mapping[str, Check]
    prepare: Callable[[Attempt[Item]], Awaitable[None]]
    texts: Callable[[Sequence[Item]], list[str]] = lambda _: []


@dataclass(frozen=True, slots=True)
class Run(Generic[Item]):
    """Items that follow each other, under the same rules."""

    rules: BatchRules[Item]
    items: Placed[Item]
    # What stands between an item's place in the input and its fields.
    steps: tuple[str, ...] = ()

    def texts(self, errors: list[UserError]) -> list[str]:
        """What the sound items bring to embed."""
        sound = Review(self.items, errors).sound()
        return self.rules.texts([item for _, item in sound])


def check_items(
    items: Placed[Any],
    checks: Mapping[str, Check],
    steps: tuple[str, ...] = (),
    names: set[str] | None = None,
) -> list[UserError]:
    """What is wrong with the items' values, each by itself, and with their client references.

    Args:
        items: of one kind.
        checks: what the values may be.
        steps: what stands between an item's place and its fields.
        names: the client references of items before.
    """
    review = Review(items, [], steps)
    taken = set() if names is None else names
    check = fields(checks)
    for index, item in items:
        _check_client_ref(review.spot(index), item, taken)
        check(review.spot(index), item)
    return review.errors


def check_runs(runs: Sequence[Run[Any]]) -> list[UserError]:
    """What is wrong with the items of all runs."""
    names: set[str] = set()
    return [
        error
        for run in runs
        for error in check_items(run.items, run.rules.checks, run.steps, names)
    ]


def _check_client_ref(spot: Spot, item: object, names: set[str]) -> None:
    name = client_ref_of(item)
    if name is None:
        return
    _client_ref(spot.at("client_ref"), name)
    if name in names:
        spot.at("client_ref").refuse(UserErrorCode.DUPLICATE, "An item before has this clientRef.")
    names.add(name)


def echo(item: object) -> str | None:
    """An item's `clientRef` as the result repeats it; none that cannot be stored."""
    name = client_ref_of(item)
    return None if name and UNSTORABLE.search(name) else name
