"""What a pipeline stage is, what it may ask of the store, and what its builder is given."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from infra.embedded.bson_types import Document
from infra.embedded.expression_core import Evaluate, Variables
from infra.embedded.expressions import compile_expression

Stage = Callable[[Iterable[Document]], Iterator[Document]]


class Finder(Protocol):
    """A prepared read: the documents that have one of `values` in a field."""

    def __call__(self, values: list[Any]) -> Iterable[Document]:
        """Read them, in the order and to the limit prepared."""


class Counter(Protocol):
    """A prepared count: how many documents have one of `values` in a field."""

    def __call__(self, values: list[Any]) -> int:
        """Count them."""


class Context(Protocol):
    """What a pipeline asks of the store. A `limit` of 0 is no limit."""

    def find(
        self, collection: str, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        """Read documents of a collection, using its indexes."""

    def finder(
        self,
        collection: str,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
        limit: int,
    ) -> Finder:
        """Prepare the read of one `$lookup`, which is then done for every local document.

        It gives what `find` gives for `equal_to(field, values)` together with `filter`.
        """

    def counter(self, collection: str, field: str, filter: Mapping[str, Any]) -> Counter:
        """Prepare the count of what a finder without a limit would give."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """What a stage's builder may use."""

    context: Context
    variables: Variables
    pipeline: Callable[[Any, "Compiler"], Stage]

    def expression(self, operand: Any) -> Evaluate:
        """Compile an expression with the variables of this place."""
        return compile_expression(operand, self.variables)

    def inside(self, variables: Variables) -> "Compiler":
        """The compiler for a pipeline inside a stage."""
        return Compiler(self.context, variables, self.pipeline)
