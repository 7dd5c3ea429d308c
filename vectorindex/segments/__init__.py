"""Indexes in files: immutable memory-mapped segments, a tail in memory, and a manifest of both."""
