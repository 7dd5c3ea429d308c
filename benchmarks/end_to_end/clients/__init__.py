"""One client each, in the contestants' environment; each imports its own library alone."""
