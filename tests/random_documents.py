"""Random documents with all that selections are made of: fragments, conditions, merged fields."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from graphql import is_abstract_type, is_object_type
from random_operations import Operation, OperationMaker


@dataclass
class DocumentMaker(OperationMaker):
    """Makes one document."""

    # Fields that are not asked for.
    avoided: Collection[str] = ()
    kinds: tuple[str, ...] = ("query",)
    fragments: list[str] = field(default_factory=list)

    def make(self) -> Operation:
        kind = self.random.choice(self.kinds)
        root = self.schema.mutation_type if kind == "mutation" else self.schema.query_type
        selection = self._selection(root, 0, most=3)
        head = f"({', '.join(self.definitions)})" if self.definitions else ""
        text = "\n".join([f"{kind} Q{head} {selection}", *self.fragments])
        return Operation(text, self.variables, kind)

    def _selection(self, parent: Any, depth: int, most: int = 5) -> str:
        inner = super()._selection(parent, depth, most)
        parts = [inner[2:-2]]
        if len(inner) < 300 and self.random.random() < 0.15:
            parts.append(f"...{self._condition()} {inner}")
        if len(inner) < 300 and self.random.random() < 0.15:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {parent.name} {inner}")
            parts += [f"...{name}{self._condition()}"] * self.random.randint(1, 2)
        for interface in getattr(parent, "interfaces", ()):
            if self.random.random() < 0.2:
                below = super()._selection(interface, depth + 1, most)
                parts.append(f"... on {interface.name}{self._condition()} {below}")
        if (is_object_type(parent) or is_abstract_type(parent)) and self.random.random() < 0.1:
            parts.append("again: __typename")
        self.random.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def _field(self, name: str, declared: Any, depth: int) -> str:
        if name in self.avoided:
            return ""
        return super()._field(name, declared, depth)

    def _condition(self) -> str:
        kind = self.random.choice(("skip", "include"))
        match self.random.randrange(5):
            case 0:
                return f" @{kind}(if: {self.random.choice(('true', 'false'))})"
            case 1:
                name = f"c{len(self.definitions)}"
                self.definitions.append(f"${name}: Boolean!")
                self.variables[name] = self.random.random() < 0.5
                return f" @{kind}(if: ${name})"
            case 2:
                name = f"c{len(self.definitions)}"
                self.definitions.append(f"${name}: Boolean! = true")
                return f" @{kind}(if: ${name})"
        return ""
