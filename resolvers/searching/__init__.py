"""Searching: a description in; words, chunks or documents out, the best first."""
