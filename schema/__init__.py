"""The GraphQL contract: types, connections, inputs and payloads."""
