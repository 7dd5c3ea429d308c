"""Cutting texts into chunks: pure functions of the text, in any language."""
