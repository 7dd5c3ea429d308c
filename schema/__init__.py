"""The GraphQL contract: types, inputs, payloads, connections."""
