"""Functions written for one selection: they read what needs no call and is as usual.

Of `{ text forms { tag } }` asked of a list comes, without the detours for nulls and conversions:

    def read_all(values):
        found = []
        for o in values:
            v0 = o.text
            v1 = o.forms
            found.append({"text": v0, "forms": read_all_forms(v1)})
        return found

A value that is not what its type calls for by its very class is converted; one that is an error,
has to be awaited, or is null where it may not be, ends the function with an exception. Then the
same objects are read again field by field (`schema.execution.plan`), with all that can happen.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import is_awaitable

from schema.execution.leaves import EnumNames, UnusualError, converter, strict
from schema.execution.reading import Attribute, Computed, HeldValue, Reading

if TYPE_CHECKING:
    from schema.execution.plan import FieldPlan, ObjectPlan

# The functions of a plan, by their names in it.
READ, READ_ALL = "read", "read_all"

# What a value passes as it is.
USUAL: dict[object, str] = {
    GraphQLString: "{0}.__class__ is str",
    GraphQLID: "{0}.__class__ is str",
    GraphQLInt: "{0}.__class__ is int and -2147483648 <= {0} <= 2147483647",
    # Infinite and undefined numbers leave something of themselves.
    GraphQLFloat: "{0}.__class__ is float and {0} - {0} == 0",
    GraphQLBoolean: "{0}.__class__ is bool",
}


def generate(plans: Iterable["ObjectPlan"]) -> None:
    """Give plans their `read`, and their `read_all` where nothing else is called object by object.

    Args:
        plans: those of inner objects go before those that hold them.
    """
    source = _Source()
    readable = [plan for plan in plans if source.add(plan)]
    if readable:
        names = source.run()
        for plan in readable:
            if all(field.find_all for field in plan.others):
                plan.read_all = names[source.name_of(plan, READ_ALL)]
            # Last, for whoever executes the plan at this moment.
            plan.read = names[source.name_of(plan, READ)]


class _Source:
    """Python text, and the objects that it names."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {}
        self._lines: list[str] = []
        self._added: set[int] = set()

    def name(self, value: object) -> str:
        """Name an object in the text."""
        name = f"k{len(self._names)}"
        self._names[name] = value
        return name

    def name_of(self, plan: "ObjectPlan", kind: str) -> str:
        """Name a plan's function."""
        if id(plan) in self._added:
            return f"{kind}_{id(plan)}"
        return self.name(getattr(plan, kind))

    def run(self) -> dict[str, Any]:
        """Make the functions."""
        # Nothing of the text comes from clients but the keys of the answer, which are names.
        exec("\n".join(self._lines), self._names)  # noqa: S102 - see above
        return self._names

    def add(self, plan: "ObjectPlan") -> bool:
        """Write the functions of a plan; there are none if they would do nothing."""
        others = [field for field in plan.fields if not self._is_readable(field)]
        is_together = all(field.find_all for field in others)
        is_idle = len(others) == len(plan.fields) and not is_together
        if is_idle or not _is_told_by_class(plan.type):
            return False
        plan.others = others
        *lines, found = self._body(plan)
        self._added.add(id(plan))
        self._define(f"{READ}_{id(plan)}(o)", [*lines, f"return {found}"])
        if is_together:
            loop = [f"    {line}" for line in (*lines, f"found.append({found})")]
            head = ["found = []", "for o in values:"]
            self._define(f"{READ_ALL}_{id(plan)}(values)", [*head, *loop, "return found"])
        return True

    def _define(self, head: str, lines: list[str]) -> None:
        self._lines.append("\n    ".join([f"def {head}:", *lines]))

    def _is_readable(self, field: "FieldPlan") -> bool:
        if field.name == "__typename":
            return True
        if field.reading is None:
            return False
        if field.child is not None:
            child = field.child
            is_written = child.read_all is not None or id(child) in self._added
            return is_written and not child.others
        return is_leaf_type(_innermost(field.definition.type))

    def _body(self, plan: "ObjectPlan") -> list[str]:
        """Statements that read the object `o`; the last line is the expression of what came out."""
        origin = self.name(plan.type.extensions["strawberry-definition"].origin)
        check = self.name(_checker(plan.type))
        lines = [f"if o.__class__ is not {origin}: {check}(o)"]
        holders: dict[str, str] = {}
        entries = []
        for number, field in enumerate(plan.fields):
            key = repr(str(field.key))
            if field.name == "__typename":
                entries.append(f"{key}: {plan.type.name!r}")
            elif field.reading is None or field in plan.others:
                entries.append(f"{key}: None")
            else:
                variable = f"v{number}"
                lines += self._read(field.reading, variable, holders)
                entries.append(
                    f"{key}: {self._value(variable, field.definition.type, field.child)}"
                )
        held = [f"{name} = o.{holder}" for holder, name in holders.items()]
        return [lines[0], *held, *lines[1:], "{" + ", ".join(entries) + "}"]

    def _read(self, reading: Reading, variable: str, holders: dict[str, str]) -> list[str]:
        """Statements that read a field."""
        if isinstance(reading, Attribute):
            return [f"{variable} = o.{reading.name}"]
        if isinstance(reading, Computed):
            return [f"{variable} = {self.name(reading.compute)}(o)"]
        held = holders.setdefault(reading.holder, f"h{len(holders)}")
        if isinstance(reading, HeldValue):
            return [f"{variable} = {self.name(reading.compute)}({held})"]
        default = "" if reading.default is None else f", {self.name(reading.default)}"
        lines = [f"{variable} = {held}.get({reading.column!r}{default})"]
        if reading.convert is not None:
            convert = self.name(reading.convert)
            lines.append(f"if {variable} is not None: {variable} = {convert}({variable})")
        return lines

    def _value(self, variable: str, kind: GraphQLOutputType, child: "ObjectPlan | None") -> str:
        """The expression of a public value."""
        if not is_non_null_type(kind):
            value = self._value_that_is(variable, kind, child)
            return f"None if {variable} is None else {value}"
        return self._value_that_is(variable, kind.of_type, child)

    def _value_that_is(
        self, variable: str, kind: GraphQLOutputType, child: "ObjectPlan | None"
    ) -> str:
        """The expression of a public value that is not null."""
        if is_list_type(kind):
            check = self.name(_unlisted)
            values = f"({variable} if {variable}.__class__ is list else {check}({variable}))"
            return self._items(values, kind.of_type, child)
        if child is not None:
            return f"{self.name_of(child, READ)}({variable})"
        if is_enum_type(kind):
            return f"{self.name(EnumNames(strict(converter(kind))))}[{variable}]"
        convert = f"{self.name(strict(converter(_innermost(kind))))}({variable})"
        usual = USUAL.get(_innermost(kind))
        return f"({variable} if {usual.format(variable)} else {convert})" if usual else convert

    def _items(self, values: str, kind: GraphQLOutputType, child: "ObjectPlan | None") -> str:
        """The expression of a list's public values."""
        if child is not None and is_non_null_type(kind) and not is_list_type(kind.of_type):
            return f"{self.name_of(child, READ_ALL)}({values})"
        return f"[{self._value('x', kind, child)} for x in {values}]"


def _innermost(kind: Any) -> Any:
    while is_non_null_type(kind) or is_list_type(kind):
        kind = kind.of_type
    return kind


def _is_told_by_class(object_type: GraphQLObjectType) -> bool:
    """Whether objects of the class that defines a type are of the type."""
    definition = object_type.extensions.get("strawberry-definition")
    return definition is not None and definition.is_type_of is None


def _checker(object_type: GraphQLObjectType) -> Callable[[Any], None]:
    """Tells whether an object of another class will do, too."""
    origin = object_type.extensions["strawberry-definition"].origin
    is_strict = object_type.is_type_of is not None

    def check(value: Any) -> None:
        if is_strict:
            fits = isinstance(value, origin)
        else:
            fits = not (value is None or isinstance(value, Exception) or is_awaitable(value))
        if not fits or value is Undefined:
            raise UnusualError

    return check


def _unlisted(value: Any) -> Any:
    if value.__class__ is not tuple:
        raise UnusualError
    return value
