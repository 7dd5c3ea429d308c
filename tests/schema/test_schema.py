"""The contract as a text."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLNamedType, build_schema

from schema.compatibility import unannounced_changes
from schema.schema import reference_text, sdl

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "schema" / "schema.graphql"
RELEASED = ROOT / "schema" / "released.graphql"
REFERENCE = ROOT / "docs" / "reference.md"
CHANGELOG = ROOT / "CHANGELOG.md"

BEFORE = """
type Query { word(text: String!): Word }
type Word { text: String! tags: [String!]! }
enum Kind { NOUN VERB }
"""
BREAKING = [
    ("tags: [String!]!", "", "Field Word.tags was removed."),
    ("text: String! ", "text: String ", "Field Word.text changed type from String! to String."),
    (
        "word(text: String!)",
        "word(text: String!, by: ID!)",
        "A required argument Query.word(by:) was added.",
    ),
    (" VERB", "", "Enum value Kind.VERB was removed."),
]


def described(name: str, thing: Any) -> list[str]:
    """Names of what has no description, in and below a type, field or argument."""
    missing = [] if thing.description else [name]
    for attribute in ("fields", "args", "values"):
        for part, below in (getattr(thing, attribute, None) or {}).items():
            missing += described(f"{name}.{part}", below)
    return missing


def test_the_committed_text_is_the_schema():
    assert COMMITTED.read_text(encoding="utf-8") == sdl(), "make sdl-update"


def test_the_committed_reference_tells_the_schema():
    assert REFERENCE.read_text(encoding="utf-8") == reference_text(), "make sdl-update"


def test_every_link_of_the_reference_leads_somewhere():
    text = reference_text()
    headings = {f"#{line[4:].lower()}" for line in text.splitlines() if line.startswith("### ")}
    links = {part.partition(")")[0] for part in text.split("](#")[1:]}
    assert {f"#{link}" for link in links} <= headings


def test_what_breaks_clients_of_the_last_release_is_announced():
    # Before the first release there is nothing that could break.
    released = RELEASED.read_text(encoding="utf-8") if RELEASED.exists() else sdl()
    coming = CHANGELOG.read_text(encoding="utf-8").split("\n## ")[1]
    unannounced = unannounced_changes(build_schema(released), build_schema(sdl()), coming)
    assert unannounced == [], "tell them in CHANGELOG.md, or keep the old fields as @deprecated"


@pytest.mark.parametrize(("old", "new", "description"), BREAKING)
def test_a_breaking_change_is_found_unless_it_is_announced(old, new, description):
    released, current = build_schema(BEFORE), build_schema(BEFORE.replace(old, new))
    assert unannounced_changes(released, current, "") == [description]
    assert unannounced_changes(released, current, f"- {description}") == []


def test_what_breaks_nobody_needs_no_announcement():
    current = BEFORE.replace("VERB", "VERB ADVERB").replace("tags:", "note: String tags:")
    deprecated = current.replace("tags: [String!]!", 'tags: [String!]! @deprecated(reason: "x")')
    assert unannounced_changes(build_schema(BEFORE), build_schema(deprecated), "") == []


def test_everything_is_described(schema):
    types: list[GraphQLNamedType] = [
        each for name, each in schema._schema.type_map.items() if not name.startswith("__")
    ]
    assert [name for each in types for name in described(each.name, each)] == []
    # Strawberry publishes no descriptions of their arguments.
    assert [each.name for each in schema._schema.directives if not each.description] == []
