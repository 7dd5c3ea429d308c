"""Giving a library another embedding model while it is searched and written by the one it has."""
