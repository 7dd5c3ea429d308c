"""Random operations of a schema: valid, nearly valid and broken; with values that hurt.

Everything comes from one `random.Random`: a seed that found something finds it again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

MAX_DEPTH = 7
MAX_FIELDS = 40

HOSTILE_TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "x\udfff", "\ufeff", "\u202e", "$where", "a.b", "🙂" * 40,
    "{" * 300, '"; drop', "\\", "\n", "x" * 20_000, "null", "Ⅷ", "é", "e\u0301", "-1", "0x7",
)  # fmt: skip
HOSTILE_NUMBERS = (
    0, -1, 1, 99, 100, 101, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63),
    10**25, 1.5, -0.0, 1e308, 5e-324,
)  # fmt: skip
NO_JSON = (float("nan"), float("inf"), 10**400)


class Name(str):
    """The value of an enum: bare in documents, a string in variables."""


@dataclass
class Operation:
    """What is sent."""

    query: str
    variables: dict[str, Any]
    kind: str = "query"

    def body(self) -> bytes:
        """As JSON; surrogates are escaped, NaN stands as it is."""
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


@dataclass
class OperationMaker:
    """Makes one operation."""

    schema: GraphQLSchema
    random: Random
    # Texts and ids that exist, so that not everything ends at the door.
    known_texts: tuple[str, ...]
    known_ids: tuple[str, ...]
    variables: dict[str, Any] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    fields: int = 0

    def make(self) -> Operation:
        """A query or a mutation, one in six of them broken."""
        kind = "mutation" if self.random.random() < 0.4 else "query"
        root = self.schema.mutation_type if kind == "mutation" else self.schema.query_type
        assert root
        selection = self._selection(root, 0, most=2)
        head = f"({', '.join(self.definitions)})" if self.definitions else ""
        operation = Operation(f"{kind} Q{head} {selection}", self.variables, kind)
        if self.random.random() < 1 / 6:
            operation.query = self._broken(operation.query)
        return operation

    def _selection(self, parent: Any, depth: int, most: int = 5) -> str:
        names = list(getattr(parent, "fields", ()))  # unions have none
        wanted = self.random.sample(names, min(len(names), self.random.randint(1, most)))
        parts = [self._field(name, parent.fields[name], depth) for name in wanted]
        parts = [part for part in parts if part] or ["__typename"]
        if is_abstract_type(parent):
            kind = self.random.choice(self.schema.get_possible_types(parent))
            parts.append(f"... on {kind.name} {self._selection(kind, depth + 1)}")
        if self.random.random() < 0.1:
            parts.append("... @include(if: true) { __typename }")
        return "{ " + " ".join(parts) + " }"

    def _field(self, name: str, declared: GraphQLField, depth: int) -> str:
        named = get_named_type(declared.type)
        self.fields += 1
        leaf = is_leaf_type(named)
        if self.fields > MAX_FIELDS or (depth >= MAX_DEPTH and not leaf):
            return ""
        given = [
            f"{key}: {self._argument(argument)}"
            for key, argument in declared.args.items()
            if is_required_argument(argument) or self.random.random() < 0.3
        ]
        alias = f"a{self.fields}: " if self.random.random() < 0.3 or given else ""
        arguments = f"({', '.join(given)})" if given else ""
        return f"{alias}{name}{arguments}" + (
            "" if leaf else f" {self._selection(named, depth + 1)}"
        )

    def _argument(self, argument: GraphQLArgument) -> str:
        value = self._value(argument.type)
        if self.random.random() < 0.5:
            name = f"v{len(self.definitions)}"
            self.definitions.append(f"${name}: {argument.type}")
            if self.random.random() < 0.97:
                self.variables[name] = value
            return f"${name}"
        return self._literal(value, argument.type)

    def _value(self, kind: Any, depth: int = 0) -> Any:
        if self.random.random() < 0.01:
            return self._anything()
        if not is_non_null_type(kind) and self.random.random() < 0.1:
            return None
        kind = get_nullable_type(kind)
        if is_list_type(kind):
            count = self.random.choice((0, 1, 1, 2, 3)) if depth < 4 else 0
            return [self._value(kind.of_type, depth + 1) for _ in range(count)]
        if is_enum_type(kind):
            return Name(self.random.choice(list(kind.values)))
        if is_input_object_type(kind):
            return self._object(kind, depth)
        return self._scalar(kind.name)

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        names = list(kind.fields)
        if kind.is_one_of and self.random.random() < 0.95:
            chosen = {self.random.choice(names)}
        else:
            share = 0.3 if depth < 3 else 0.05
            chosen = {
                name
                for name in names
                if is_required_input_field(kind.fields[name]) or self.random.random() < share
            }
        made = {name: self._value(kind.fields[name].type, depth + 1) for name in chosen}
        if self.random.random() < 0.01:
            made["unknown"] = self._anything()
        return made

    def _scalar(self, name: str) -> Any:
        if self.random.random() < 0.02:
            return self._anything()
        makers: dict[str, Callable[[], Any]] = {
            "Int": lambda: self._number((1, 2, 3, 5, 20)),
            "Float": lambda: self._number((0.5, 1, 0)),
            "Boolean": lambda: self.random.random() < 0.5,
            "ID": lambda: self._text(self.known_ids),
            "JSON": self._anything,
        }
        return makers.get(name, lambda: self._text(self.known_texts))()

    def _text(self, known: tuple[str, ...]) -> str:
        return self.random.choice(known if self.random.random() < 0.8 else HOSTILE_TEXTS)

    def _number(self, usual: tuple[float, ...]) -> float:
        return self.random.choice(usual if self.random.random() < 0.85 else HOSTILE_NUMBERS)

    def _anything(self) -> Any:
        return self.random.choice(
            (
                lambda: None,
                lambda: self.random.choice(HOSTILE_TEXTS),
                lambda: self.random.choice(HOSTILE_NUMBERS),
                lambda: True,
                list,
                dict,
                lambda: self._deep(self.random.choice((3, 12, 40, 200))),
                lambda: {"$gt": 1, "a.b": [1, {"": None}]},
                lambda: list(range(self.random.choice((3, 300, 20_000)))),
                lambda: self.random.choice(NO_JSON) if self.random.random() < 0.2 else {},
            )
        )()

    def _deep(self, depth: int) -> Any:
        value: Any = 1
        for level in range(depth):
            value = [value] if level % 2 else {"a": value}
        return value

    def _literal(self, value: Any, kind: Any) -> str:
        """As it stands in a document."""
        if isinstance(value, Name):
            return value if self.random.random() < 0.98 else f'"{value}"'
        if isinstance(value, dict):
            inner = (f"{key or 'x'}: {self._literal(each, kind)}" for key, each in value.items())
            return "{" + ", ".join(inner) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self._literal(each, kind) for each in value[:500]) + "]"
        return json.dumps(value)

    def _broken(self, text: str) -> str:
        place = self.random.randrange(len(text) + 1)
        other = self.random.randrange(len(text) + 1)
        return self.random.choice(
            (
                lambda: text[:place],
                lambda: text[:place] + text[place + 1 :],
                lambda: text[:place] + self.random.choice('{}()[]!$@:"#\\\0é9…') + text[place:],
                lambda: text[:place] + text[min(place, other) : other] + text[place:],
                lambda: text.replace("{", "{ nonsense ", 1),
                lambda: text.replace("}", "...F }", 1) + " fragment F on Query { ...F }",
                lambda: text.replace(" Q", " Q @nonsense", 1),
                lambda: text + text,
            )
        )()
