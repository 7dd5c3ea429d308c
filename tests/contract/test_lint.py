"""The schema as a linter of schemas sees it."""

from pathlib import Path

SCHEMA = Path(__file__).parents[2] / "schema" / "schema.graphql"
# The conventions are those of graphql-schema-linter.config.js beside this file.
LINTER = ("node_modules/.bin/graphql-schema-linter", "--config-directory", ".", "--format", "text")


def test_the_schema_keeps_its_conventions(node):
    linted = node.run(*LINTER, str(SCHEMA))
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_a_schema_that_does_not_is_refused(node, tmp_path):
    careless = tmp_path / "careless.graphql"
    careless.write_text('"words" type Query { Word_list(n: Int): [word] } type word { a: Int }')
    linted = node.run(*LINTER, str(careless))
    assert linted.returncode == 1
    for rule in ("fields-are-camel-cased", "types-have-descriptions", "types-are-capitalized"):
        assert rule in linted.stdout
