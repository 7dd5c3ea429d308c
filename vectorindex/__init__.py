"""Similarity search in NumPy alone."""
