"""Accumulators of `$group`: state that takes in values and gives a result.

    start = accumulator("$sum")
    state = start()
    state.add(value)
    state.result()

A missing value counts for `$first` and `$last` (as null), `$push` and `$addToSet` leave it out,
`$sum` and `$avg` take numbers alone. Sums of doubles carry their rounding error along, so that
the order of the documents hardly matters.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from bson import Decimal128

from infra.embedded import arithmetic
from infra.embedded.bson_types import MISSING, compare, is_null, is_number, type_name
from infra.embedded.errors import location
from infra.embedded.keys import encode_value
from infra.embedded.memory import size_bytes


class Accumulator(Protocol):
    """What one group collects for one field."""

    def add(self, value: Any) -> int:
        """Take in the value of one document; returns how many bytes more it holds for that."""

    def result(self) -> Any:
        """What was collected."""


class Sum:
    """`$sum`, and the sum inside `$avg`."""

    def __init__(self) -> None:
        self.count = 0
        self._whole = 0
        self._long = False
        self._float = 0.0
        self._lost = 0.0
        self._has_float = False
        self._decimal: Any = None

    def add(self, value: Any) -> int:
        """Add a number; anything else does not count."""
        if not is_number(value):
            return 0
        self.count += 1
        if isinstance(value, Decimal128):
            self._decimal = value if self._decimal is None else arithmetic.add(self._decimal, value)
        elif isinstance(value, float):
            self._has_float = True
            self._add_float(value)
        else:
            self._whole += int(value)
            self._long = self._long or arithmetic.is_long(value)
        return 0

    def _add_float(self, value: float) -> None:
        # Neumaier's compensated summation: the part of the smaller number that is lost.
        total = self._float + value
        larger, smaller = (
            (self._float, value)
            if abs(self._float) >= abs(value)
            else (
                value,
                self._float,
            )
        )
        if abs(total) != float("inf"):
            self._lost += (larger - total) + smaller
        self._float = total

    def result(self) -> Any:
        """The sum in the widest type that was added; 0 when nothing was."""
        if self._decimal is not None:
            whole = arithmetic.add(self._decimal, self._whole)
            return arithmetic.add(whole, self._float + self._lost) if self._has_float else whole
        if self._has_float:
            self._add_float(float(self._whole))
            self._whole = 0
            return self._float + self._lost
        return arithmetic.integer(self._whole, long=self._long)


class Average(Sum):
    """`$avg`: a double or a decimal; null without numbers."""

    def result(self) -> Any:
        """The mean."""
        return arithmetic.divide(super().result(), self.count) if self.count else None


class Extreme:
    """`$min` and `$max`: null and missing values do not count."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._best: Any = None

    def add(self, value: Any) -> int:
        """Keep the value when it is the best so far."""
        if is_null(value):
            return 0
        if self._best is not None and compare(value, self._best) * self._sign <= 0:
            return 0
        grown = size_bytes(value) - size_bytes(self._best)
        self._best = value
        return grown

    def result(self) -> Any:
        """The best value, null without any."""
        return self._best


class First:
    """`$first`."""

    def __init__(self) -> None:
        self._value: Any = None
        self._started = False

    def add(self, value: Any) -> int:
        """Keep the first value."""
        if self._started:
            return 0
        self._started, self._value = True, value
        return size_bytes(value)

    def result(self) -> Any:
        """The value of the first document, null when it has none."""
        return None if self._value is MISSING else self._value


class Last:
    """`$last`."""

    def __init__(self) -> None:
        self._value: Any = None

    def add(self, value: Any) -> int:
        """Keep the latest value."""
        grown = size_bytes(value) - size_bytes(self._value)
        self._value = value
        return grown

    def result(self) -> Any:
        """The value of the last document, null when it has none."""
        return None if self._value is MISSING else self._value


class Push:
    """`$push`."""

    def __init__(self) -> None:
        self._values: list[Any] = []

    def add(self, value: Any) -> int:
        """Append a value that is there."""
        if value is MISSING:
            return 0
        self._values.append(value)
        return size_bytes(value)

    def result(self) -> Any:
        """The values in the order of their documents."""
        return self._values


class AddToSet:
    """`$addToSet`."""

    def __init__(self) -> None:
        self._values: dict[bytes, Any] = {}

    def add(self, value: Any) -> int:
        """Keep a value that is not equal to another."""
        key = None if value is MISSING else encode_value(value)
        if key is None or key in self._values:
            return 0
        self._values[key] = value
        return len(key) + size_bytes(value)

    def result(self) -> Any:
        """The different values, in the order of their first documents."""
        return list(self._values.values())


class Merge:
    """`$mergeObjects`."""

    def __init__(self) -> None:
        self._merged: dict[str, Any] = {}

    def add(self, value: Any) -> int:
        """Lay the fields of a document over the earlier ones."""
        if is_null(value):
            return 0
        if type(value) is not dict:
            raise location(
                40400,
                f"$mergeObjects requires object inputs, but input is of type {type_name(value)}",
            )
        self._merged.update(value)
        return size_bytes(value)

    def result(self) -> Any:
        """The merged document."""
        return self._merged


class Count(Sum):
    """`$count: {}`."""

    def add(self, value: Any) -> int:  # noqa: ARG002  # every document counts as one
        """Count a document, whatever the value."""
        return super().add(1)


_ACCUMULATORS: Final[dict[str, Callable[[], Accumulator]]] = {
    "$sum": Sum,
    "$avg": Average,
    "$min": lambda: Extreme(-1),
    "$max": lambda: Extreme(1),
    "$first": First,
    "$last": Last,
    "$push": Push,
    "$addToSet": AddToSet,
    "$mergeObjects": Merge,
    "$count": Count,
}
# What the scope table in docs/embedded-store.md lists.
ACCUMULATORS: Final = frozenset(_ACCUMULATORS)


def accumulator(name: str) -> Callable[[], Accumulator]:
    """The constructor of an accumulator's state.

    Raises:
        StoreError: there is no such accumulator (15952).
    """
    if name not in _ACCUMULATORS:
        raise location(15952, f"unknown group operator '{name}'")
    return _ACCUMULATORS[name]
