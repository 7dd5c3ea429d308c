"""Mutations, a file for each noun."""
