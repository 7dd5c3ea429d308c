"""What a single value may be, said once per field; whatever is wrong is noted where it stands.

A check is given a `Spot`, a place in the mutation's input, and the value that stands there. Checks
are put together from smaller ones: `optional(listed(MAX_LIST_LENGTH, text(LABEL_LIMIT)))`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from documents.base import EntityKind
from documents.text import UNSTORABLE
from resolvers.errors import UserError, UserErrorCode
from resolvers.writing.items import OMITTED, Reference


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the input of a mutation, and the list that takes what is wrong there."""

    errors: list[UserError]
    path: tuple[str, ...]
    index: int | None = None

    def at(self, *steps: str | int) -> "Spot":
        """The place further in; field names are given as in Python and noted as in GraphQL."""
        return Spot(self.errors, self.path + tuple(map(_public, steps)), self.index)

    def refuse(self, code: UserErrorCode, message: str) -> None:
        """Note what is wrong here."""
        self.errors.append(UserError(code, message, self.path, self.index))


# The value is what GraphQL's coercion, or a caller in Python, let through for the field.
Check = Callable[[Spot, Any], None]


def required(check: Check) -> Check:
    """A value that must not be null."""

    def run(spot: Spot, value: Any) -> None:
        if value is None:
            spot.refuse(
                UserErrorCode.INVALID_VALUE,
                "This cannot be null. Omit it to leave it as it is, or give a value.",
            )
        else:
            check(spot, value)

    return run


def optional(check: Check) -> Check:
    """A value that may be null."""

    def run(spot: Spot, value: Any) -> None:
        if value is not None:
            check(spot, value)

    return run


def anything(spot: Spot, value: Any) -> None:
    """A value that GraphQL's own type says everything about."""


def fields(checks: Mapping[str, Check]) -> Check:
    """An object, field by field; fields that are omitted or that its type lacks are passed over."""

    def run(spot: Spot, value: Any) -> None:
        for name, check in checks.items():
            member = getattr(value, name, OMITTED)
            if member is not OMITTED:
                check(spot.at(name), member)

    return run


def listed(limit: int, check: Check) -> Check:
    """A list of at most `limit` values."""

    def run(spot: Spot, value: Any) -> None:
        if len(value) > limit:
            spot.refuse(
                UserErrorCode.TOO_LONG, f"{len(value)} values are too many; at most {limit} fit."
            )
            return
        for position, member in enumerate(value):
            check(spot.at(position), member)

    return run


def not_empty(spot: Spot, value: Any) -> None:
    """A list with something in it."""
    if not value:
        spot.refuse(UserErrorCode.INVALID_VALUE, "This list is empty: leave it out.")


def text(limit: int) -> Check:
    """A text that says something, can be stored, and has at most `limit` characters."""

    def run(spot: Spot, value: Any) -> None:
        if not value.strip():
            spot.refuse(UserErrorCode.INVALID_VALUE, "This text is empty.")
        elif len(value) > limit:
            spot.refuse(
                UserErrorCode.TOO_LONG,
                f"{len(value)} characters are too many; at most {limit} fit.",
            )
        elif found := UNSTORABLE.search(value):
            spot.refuse(
                UserErrorCode.INVALID_VALUE,
                f"U+{ord(found.group()):04X} at character {found.start() + 1} cannot be stored.",
            )

    return run


def matching(pattern: str, expected: str) -> Check:
    """A text of a certain form, all of it; `expected` says the form in words."""
    compiled = re.compile(pattern)

    def run(spot: Spot, value: Any) -> None:
        if not compiled.fullmatch(value):
            spot.refuse(UserErrorCode.INVALID_VALUE, f"Expected {expected}.")

    return run


# BCP 47 as far as its form goes: a language, then subtags; 35 characters hold all that are in use.
language_tag = matching(
    r"(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "a language tag such as 'en' or 'pt-BR'"
)


def number(lowest: int, highest: int) -> Check:
    """A whole number within bounds, both allowed."""

    def run(spot: Spot, value: Any) -> None:
        if not lowest <= value <= highest:
            spot.refuse(
                UserErrorCode.INVALID_VALUE, f"Expected a number from {lowest} to {highest}."
            )

    return run


def between(low: float, high: float) -> Check:
    """A number between bounds, neither allowed."""

    def run(spot: Spot, value: Any) -> None:
        if not low < value < high:
            spot.refuse(UserErrorCode.INVALID_VALUE, f"Expected a number between {low} and {high}.")

    return run


def reference(kind: EntityKind) -> Check:
    """The id of an entity of one kind; whether it exists is for the store to say.

    Of what an earlier item of the batch makes, only the kind is known as yet.
    """

    def run(spot: Spot, value: Reference) -> None:
        if value.kind is None and value.text.startswith("@"):
            spot.refuse(
                UserErrorCode.UNKNOWN_REFERENCE,
                f"No item before this one has the clientRef {value.text[1:101]!a}.",
            )
        elif value.kind is None:
            spot.refuse(UserErrorCode.INVALID_VALUE, "This is not an id that this server gave.")
        elif value.kind is not kind:
            spot.refuse(
                UserErrorCode.WRONG_TYPE,
                f"This is the id of a {value.kind.value}; expected that of a {kind.value}.",
            )

    return run


def distinct(spot: Spot, value: Any) -> None:
    """A list whose values all differ."""
    seen = set()
    for position, member in enumerate(value):
        if member in seen:
            spot.at(position).refuse(UserErrorCode.DUPLICATE, "This stands in the list before.")
        seen.add(member)


def every(*checks: Check) -> Check:
    """A value that passes several checks."""

    def run(spot: Spot, value: Any) -> None:
        for check in checks:
            check(spot, value)

    return run


def _public(step: str | int) -> str:
    first, *rest = str(step).split("_")
    return first + "".join(word.capitalize() for word in rest)
