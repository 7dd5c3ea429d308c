"""The vector index of a library, kept equal to the store by following its change log."""
