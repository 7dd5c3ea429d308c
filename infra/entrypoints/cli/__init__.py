"""The command line: `lexigraph …`."""

from infra.entrypoints.cli.main import main

__all__ = ["main"]
