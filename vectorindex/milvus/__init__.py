"""Vectors in a Milvus, by its client: the only part of `vectorindex` that needs more than NumPy."""
