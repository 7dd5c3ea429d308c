"""Batches of writes: what may be written, checked and stored in one transaction."""
