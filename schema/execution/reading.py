"""What fields read that are not called, so that compiled functions can read it, too.

A Strawberry field without a resolver reads an attribute. A field may also carry a `reading`, which
says that it reads a mapping that its object holds, or computes its value of the object.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strawberry.types.field import StrawberryField


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """Reads one key of the mapping that is an attribute of the source.

    Attributes:
        holder: the attribute.
        column: the key.
        default: stands for a key that is missing.
        convert: makes the public value of one that is not None.
    """

    holder: str
    column: str
    default: Any = None
    convert: Callable[[Any], Any] | None = None

    def read(self, source: Any) -> Any:
        """The value, for graphql-core."""
        value = getattr(source, self.holder).get(self.column, self.default)
        return value if self.convert is None or value is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class HeldValue:
    """Computes a value of the mapping that is an attribute of the source, without awaiting."""

    holder: str
    compute: Callable[[Any], Any]

    def read(self, source: Any) -> Any:
        """The value, for graphql-core."""
        return self.compute(getattr(source, self.holder))


@dataclass(frozen=True, slots=True)
class Attribute:
    """Reads an attribute of the source."""

    name: str

    def read(self, source: Any) -> Any:
        """The value, for graphql-core."""
        return getattr(source, self.name)


@dataclass(frozen=True, slots=True)
class Computed:
    """Computes a value of the source, without awaiting; that it is done twice shows nowhere."""

    compute: Callable[[Any], Any]

    def read(self, source: Any) -> Any:
        """The value, for graphql-core."""
        return self.compute(source)


Reading = HeldColumn | HeldValue | Attribute | Computed


def reading_of(field: StrawberryField) -> Reading | None:
    """What a field reads; None if it has to be called."""
    declared: Reading | None = getattr(field, "reading", None)
    if declared is not None:
        return declared
    is_plain = field.is_basic_field and field.default_resolver is getattr
    if is_plain and type(field).get_result is StrawberryField.get_result:
        return Attribute(field.python_name)
    return None
