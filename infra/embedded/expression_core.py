"""How aggregation expressions are compiled: literals, field paths, variables, operator calls.

    scope = Scope(operators, names=frozenset({"ROOT", "NOW"}))
    evaluate = scope.compile({"$add": ["$price", 1]})
    evaluate(document, {"NOW": …})

An `Evaluate` takes the document (always `$$ROOT`) and the variables, and returns a BSON value or
`MISSING`. An operator is a `Builder`: it gets its operand and the scope to compile the parts in.
`function` makes a builder of a plain function over evaluated arguments.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from infra.embedded.bson_types import MISSING
from infra.embedded.errors import StoreError, invalid_pipeline_operator, location

Variables = Mapping[str, Any]
Evaluate = Callable[[Mapping[str, Any], Variables], Any]
Builder = Callable[[Any, "Scope"], Evaluate]

NO_VARIABLES: Final[Variables] = {}
_MAX_DEPTH: Final = 100


class Scope:
    """The operators and variables that an expression may use."""

    def __init__(
        self, operators: Mapping[str, Builder], names: frozenset[str], depth: int = 0
    ) -> None:
        self._operators = operators
        self._names = names
        self._depth = depth

    def binding(self, *names: str) -> "Scope":
        """The scope inside `$let`, `$map` and their kin."""
        return Scope(self._operators, self._names.union(names), self._depth)

    def compile(self, operand: Any) -> Evaluate:
        """Build the function of an expression.

        Raises:
            StoreError: an unknown operator (168), a malformed path or a wrong operand.
        """
        if self._depth > _MAX_DEPTH:
            raise location(17, "the expression is nested too deeply")
        if isinstance(operand, str) and operand.startswith("$"):
            return self._variable(operand[2:]) if operand[1:2] == "$" else field(operand[1:])
        inner = Scope(self._operators, self._names, self._depth + 1)
        if isinstance(operand, dict):
            return inner._document(operand)
        if isinstance(operand, list):
            return _array([inner.compile(part) for part in operand])
        return constant(operand)

    def _document(self, operand: Mapping[str, Any]) -> Evaluate:
        name = next((name for name in operand if name.startswith("$")), None)
        if name is None:
            parts = {check_name(key): self.compile(part) for key, part in operand.items()}
            return _object(parts)
        if len(operand) != 1:
            raise location(
                15983, f"an object representing an expression must have exactly one field: {name}"
            )
        build = self._operators.get(name)
        if build is None:
            raise invalid_pipeline_operator(f"Unrecognized expression '{name}'")
        return build(operand[name], self)

    def _variable(self, path: str) -> Evaluate:
        name, _, rest = path.partition(".")
        parts = field_parts(rest) if rest else ()
        if name in {"ROOT", "CURRENT"} and name not in self._names:
            return lambda document, _: follow(document, parts)
        if name == "REMOVE":
            return constant(MISSING)
        if name not in self._names:
            raise location(17276, f"Use of undefined variable: {name}")
        if not parts:
            return lambda _, variables: variables[name]
        return lambda _, variables: follow(variables[name], parts)


def constant(value: Any) -> Evaluate:
    """An expression that always has the same value."""
    return lambda _document, _variables: value


def check_name(name: str) -> str:
    """Check a field name that an expression creates."""
    if not name:
        raise location(40352, "FieldPath cannot be constructed with empty string")
    if "." in name:
        raise location(16412, "FieldPath field names may not contain '.'.")
    return name


def field_parts(path: str) -> tuple[str, ...]:
    """Cut the path of a field expression into its parts.

    Raises:
        StoreError: an empty part, or one that begins with a dollar sign.
    """
    if not path:
        raise location(40352, "FieldPath cannot be constructed with empty string")
    if path.endswith("."):
        raise location(40353, "FieldPath must not end with a '.'.")
    parts = tuple(path.split("."))
    for part in parts:
        if not part:
            raise location(15998, "FieldPath field names may not be empty strings.")
        if part.startswith("$"):
            raise location(16410, "FieldPath field names may not start with '$'.")
    return parts


def field(path: str) -> Evaluate:
    """The value of `$path`."""
    parts = field_parts(path)
    if len(parts) == 1:
        name = parts[0]
        return lambda document, _: document.get(name, MISSING)
    return lambda document, _: follow(document, parts)


def follow(value: Any, parts: Sequence[str], start: int = 0) -> Any:
    """Walk a field path; an array on the way gives the array of what its documents have."""
    for place in range(start, len(parts)):
        if type(value) is list:
            found = (follow(item, parts, place) for item in value if type(item) in {dict, list})
            return [item for item in found if item is not MISSING]
        if type(value) is not dict:
            return MISSING
        value = value.get(parts[place], MISSING)
    return value


def _object(parts: Mapping[str, Evaluate]) -> Evaluate:
    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        built = {name: part(document, variables) for name, part in parts.items()}
        return {name: value for name, value in built.items() if value is not MISSING}

    return evaluate


def _array(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(document: Mapping[str, Any], variables: Variables) -> Any:
        values = (part(document, variables) for part in parts)
        return [None if value is MISSING else value for value in values]

    return evaluate


def arguments(name: str, operand: Any, least: int, most: int) -> list[Any]:
    """The operands of an operator; one that is no array stands for an array of one.

    Raises:
        StoreError: too few or too many (16020, 28667).
    """
    given = operand if isinstance(operand, list) else [operand]
    if least <= len(given) <= most:
        return given
    if least == most:
        raise location(
            16020,
            f"Expression {name} takes exactly {least} arguments. {len(given)} were passed in.",
        )
    raise location(
        28667,
        f"Expression {name} takes at least {least} arguments, and at most {most}, "
        f"but {len(given)} were passed in.",
    )


def function(
    name: str, call: Callable[..., Any], least: int, most: int | None = None
) -> dict[str, Builder]:
    """An operator that is a plain function of its evaluated arguments."""

    def build(operand: Any, scope: Scope) -> Evaluate:
        parts = [
            scope.compile(part)
            for part in arguments(name, operand, least, least if most is None else most)
        ]
        if len(parts) == 1:
            only = parts[0]
            return lambda document, variables: call(only(document, variables))
        if len(parts) == 2:
            first, second = parts
            return lambda document, variables: call(
                first(document, variables), second(document, variables)
            )
        return lambda document, variables: call(*(part(document, variables) for part in parts))

    return {name: build}


def named_arguments(
    name: str, operand: Any, required: Sequence[str], optional: Sequence[str], code: int
) -> dict[str, Any]:
    """The operands of an operator that takes a document.

    Raises:
        StoreError: no document, an unknown argument or a missing one, under the operator's code.
    """
    if not isinstance(operand, dict):
        raise location(code, f"{name} only supports an object as its argument")
    for key in operand:
        if key not in required and key not in optional:
            raise location(code, f"Unrecognized parameter to {name}: {key}")
    for key in required:
        if key not in operand:
            raise location(code, f"Missing '{key}' parameter to {name}")
    return operand


def wrong_type(code: int, name: str, needs: str, found: str) -> StoreError:
    """The error of an argument of the wrong type."""
    return location(code, f"{name} only supports {needs} types, not {found}")
