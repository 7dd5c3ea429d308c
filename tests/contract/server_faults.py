"""What Schemathesis is told, in its own environment: values of scalars, and what a fault is."""

from typing import Any

import schemathesis
from graphql import NameNode, ObjectFieldNode, ValueNode
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Everything else refuses what was asked for, and says why.
FAULTS = {"INTERNAL", "STORE_UNAVAILABLE", "STORE_FULL"}

MAKERS = {bool: nodes.Boolean, int: nodes.Int, float: nodes.Float, str: nodes.String}
NAMES = st.sampled_from(("a", "b", "exam", "level"))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=10
)


def to_node(value: Any) -> ValueNode:
    """The value as it stands in a document."""
    match value:
        case list():
            return nodes.List([to_node(each) for each in value])
        case dict():
            return nodes.Object([to_field(name, each) for name, each in value.items()])
        case None:
            return nodes.Null
        case _:
            return MAKERS[type(value)](value)


def to_field(name: str, value: Any) -> ObjectFieldNode:
    return ObjectFieldNode(name=NameNode(value=name), value=to_node(value))


schemathesis.graphql.scalar("JSON", JSON.map(to_node))


@schemathesis.check
def no_server_fault(_: Any, response: Any, __: Any) -> None:
    assert response.status_code < 500, response.text
    for error in response.json().get("errors", ()):
        assert error["extensions"]["code"] not in FAULTS, error
