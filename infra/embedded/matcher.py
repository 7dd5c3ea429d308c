"""Filters as functions: which documents match, and at which place of an array.

    matcher = compile_filter({"a": {"$gt": 1}})
    matcher.matches(document)       the test, built once, called for every document
    matcher.place(document)         the array place that the positional operator `$` stands for
    matcher.tree                    the parsed filter, for `bounds.analyse`

Compiling costs tens of microseconds, so callers keep matchers; they hold no state. Variables
(`$$name`) of `$expr` are read from the mapping given to `compile_filter` at the time of the call.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.embedded.bson_types import MISSING, truthy
from infra.embedded.expressions import NO_VARIABLES, Variables, compile_expression
from infra.embedded.filters import (
    And,
    ElementMatch,
    Node,
    Not,
    Or,
    Test,
    element_match,
    parse_filter,
)
from infra.embedded.paths import Leaf, walk

# Documents, or the elements that a `$elemMatch` tests.
Match = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled filter."""

    tree: And
    matches: Match

    def place(self, document: Mapping[str, Any]) -> int | None:
        """Where in an array the last test of the filter found its value, if in one at all."""
        return _place(self.tree, document)


def compile_filter(filter: Mapping[str, Any], variables: Variables = NO_VARIABLES) -> Matcher:
    """Build the test of a filter.

    Raises:
        StoreError: an unknown operator or a malformed operand.
    """
    tree = parse_filter(filter)
    return Matcher(tree, _compile(tree, variables))


def compile_element_filter(condition: Mapping[str, Any]) -> Match:
    """Build the test of an element of an array from the operand of `$elemMatch`."""
    return _element_test(element_match((), condition))


def _compile(node: Node, variables: Variables) -> Match:
    if isinstance(node, Test):
        return _compile_test(node)
    if isinstance(node, And):
        return _all_of([_compile(child, variables) for child in node.children])
    if isinstance(node, Or):
        tests = [_compile(child, variables) for child in node.children]
        return lambda document: any(test(document) for test in tests)
    if isinstance(node, Not):
        denied = _compile(node.child, variables)
        return lambda document: not denied(document)
    if isinstance(node, ElementMatch):
        return _compile_element_match(node, variables)
    evaluate = compile_expression(node.operand, variables)
    return lambda document: truthy(evaluate(document, variables))


def _all_of(tests: list[Match]) -> Match:
    if not tests:
        return lambda _: True
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda document: first(document) and second(document)
    return lambda document: all(test(document) for test in tests)


def _compile_test(node: Test) -> Match:
    path, leaf, accepts = node.path, node.leaf, node.accepts
    if not path:
        return accepts
    if len(path) > 1:
        return lambda document: any(accepts(value) for value, _ in walk(document, path, leaf))
    name = path[0]

    def test(document: Mapping[str, Any]) -> bool:
        value = document.get(name, MISSING)
        if type(value) is list and leaf is Leaf.BOTH:
            return any(map(accepts, value)) or accepts(value)
        return accepts(value)

    return test


def _compile_element_match(node: ElementMatch, variables: Variables) -> Match:
    test = _element_test(node, variables)

    def in_array(value: Any) -> bool:
        return type(value) is list and any(map(test, value))

    path = node.path
    if not path:
        return in_array
    return lambda document: any(in_array(value) for value, _ in walk(document, path, Leaf.ARRAY))


def _element_test(node: ElementMatch, variables: Variables = NO_VARIABLES) -> Match:
    test = _compile(node.child, variables)
    if not node.of_documents:
        return test

    def of_document(element: Any) -> bool:
        if type(element) is list:
            # An array inside an array is a document whose fields are its places.
            return test({str(place): value for place, value in enumerate(element)})
        return type(element) is dict and test(element)

    return of_document


def _place(node: Node, document: Any) -> int | None:
    """The place that a matching node found; the last of several wins, as in MongoDB."""
    if isinstance(node, And):
        found = [_place(child, document) for child in node.children]
        return next((place for place in reversed(found) if place is not None), None)
    if isinstance(node, Or):
        matching = (child for child in node.children if _compile(child, NO_VARIABLES)(document))
        return next((_place(child, document) for child in matching), None)
    if isinstance(node, Test) and node.path:
        values = walk(document, node.path, node.leaf)
        return next((place for value, place in values if node.accepts(value)), None)
    if isinstance(node, ElementMatch):
        return _place_of_element(node, document)
    return None


def _place_of_element(node: ElementMatch, document: Any) -> int | None:
    test = _element_test(node)
    for array, outer in walk(document, node.path, Leaf.ARRAY):
        if type(array) is list:
            inner = next((place for place, item in enumerate(array) if test(item)), None)
            if inner is not None:
                return inner if outer is None else outer
    return None
