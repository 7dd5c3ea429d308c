"""Taking typed fields out of parsed JSON whose shape nobody has promised."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeVar, cast

from pydantic import JsonValue

from resolvers.transfer.checks import LABEL_LIMIT, check_metadata, check_text
from resolvers.transfer.errors import RefusedError

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """The fields of one JSON object; `place` begins every refusal, as in "sense 2: "."""

    def __init__(self, value: object, place: str = "") -> None:
        if not isinstance(value, dict):
            raise RefusedError(f"{place}expected an object, found {_kind(value)}")
        self._values = value
        self._place = place

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def unknown(self, known: frozenset[str]) -> set[str]:
        """Names that are not among the known ones."""
        return set() if self._values.keys() <= known else self._values.keys() - known

    def close(self, known: frozenset[str]) -> None:
        """Refuse names that are not among the known ones."""
        if unknown := self.unknown(known):
            names = ", ".join(sorted(unknown))
            raise RefusedError(f"{self._place}unknown field {names}; known are {_listed(known)}")

    def text(self, name: str, limit: int = LABEL_LIMIT) -> str | None:
        """A text, or None where the field is missing or null."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._mismatch(name, "a text", value)
        return check_text(value, f"{self._place}{name}", limit)

    def required_text(self, name: str, limit: int = LABEL_LIMIT) -> str:
        """A text that has to be there."""
        value = self.text(name, limit)
        if value is None:
            raise RefusedError(f"{self._place}{name} is missing")
        return value

    def texts(self, name: str, limit: int = LABEL_LIMIT) -> tuple[str, ...]:
        """A list of texts; missing is empty."""
        what = f"{self._place}{name}"
        values = self.items(name)
        if not all(isinstance(value, str) for value in values):
            raise self._mismatch(name, "a list of texts", values)
        return tuple([check_text(cast("str", value), what, limit) for value in values])

    def items(self, name: str) -> list[object]:
        """A list of anything; missing is empty."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._mismatch(name, "a list", value)
        return value

    def objects(self, name: str) -> Iterator["Fields"]:
        """The objects of a list."""
        for position, value in enumerate(self.items(name), 1):
            yield Fields(value, f"{self._place}{name} {position}: ")

    def child(self, name: str) -> "Fields | None":
        """An object, or None where it is missing."""
        value = self._values.get(name)
        return None if value is None else Fields(value, f"{self._place}{name}: ")

    def mapping(self, name: str) -> Mapping[str, JsonValue]:
        """Free-form JSON that the store can hold; missing is empty."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._mismatch(name, "an object", value)
        check_metadata(value, f"{self._place}{name}")
        return value

    def number(self, name: str, default: int, at_least: int, at_most: int) -> int:
        """A whole number within bounds, both allowed."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and at_least <= value <= at_most:
            return value
        raise self._mismatch(name, f"a whole number from {at_least:,} to {at_most:,}", value)

    def share(self, name: str) -> float | None:
        """A number between 0 and 1, neither allowed; None where it is missing."""
        value = self._values.get(name)
        if value is None or (isinstance(value, float) and 0 < value < 1):
            return value
        raise self._mismatch(name, "a number between 0 and 1", value)

    def flag(self, name: str) -> bool:
        """A truth value; missing is false."""
        value = self._values.get(name)
        if not isinstance(value, bool | None):
            raise self._mismatch(name, "true or false", value)
        return bool(value)

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """One of a closed vocabulary, or None where it is missing."""
        value = self._values.get(name)
        return None if value is None else self._choose(name, value, choices)

    def required_choice(self, name: str, choices: type[Choice]) -> Choice:
        """One of a closed vocabulary."""
        return self._choose(name, self._values.get(name), choices)

    def choices(self, name: str, choices: type[Choice]) -> tuple[Choice, ...]:
        """Several of a closed vocabulary; missing is empty."""
        return tuple([self._choose(name, value, choices) for value in self.items(name)])

    def _choose(self, name: str, value: object, choices: type[Choice]) -> Choice:
        try:
            return choices(cast("str", value))
        except ValueError:
            raise self._mismatch(name, f"one of {_listed(choices)}", value) from None

    def _mismatch(self, name: str, expected: str, found: object) -> RefusedError:
        shown = f'"{found[:40]}"' if isinstance(found, str) else _kind(found)
        return RefusedError(f"{self._place}{name} has to be {expected}, not {shown}")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return "null" if value is None else names.get(type(value), "a number")


def _listed(names: object) -> str:
    return ", ".join(sorted(names))  # type: ignore[call-overload]  # frozensets and enums of texts
