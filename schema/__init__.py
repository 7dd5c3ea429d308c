"""The GraphQL contract: types, connections, inputs and payloads."""

# Publishes the vocabularies before any type names them.
import schema.enums  # noqa: F401 - for its effect
