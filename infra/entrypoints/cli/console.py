"""What commands share: consoles, settings, and everything opened for one operation."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, TypeVar

from rich.console import Console
from rich.table import Table

from infra.entrypoints.services import open_services
from infra.logs import configure_logging
from infra.settings import Settings, load_settings, process_environment
from resolvers.context import Context

T = TypeVar("T")

INTERRUPTED: Final = 128 + signal.SIGINT
WIDEST: Final = 1_000

# Results go to standard output; everything about the work itself to standard error.
results = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def print_whole(table: Table) -> None:
    """Print a table with every cell as it is, however narrow the terminal."""
    table.width = results.measure(table, options=results.options.update(width=WIDEST)).maximum
    results.print(table)


def settings_of_command(**overrides: object) -> Settings:
    """The settings of this process; options of the command line go first."""
    return load_settings(process_environment(), **overrides)


def run_with_context(settings: Settings, work: Callable[[Context], Awaitable[T]]) -> T:
    """Open everything, run one operation, close everything; Ctrl-C ends the process at once."""
    configure_logging(settings.log_level, settings.log_format)

    async def main() -> T:
        async with open_services(settings) as services:
            return await work(Context(services))

    with asyncio.Runner() as runner:
        try:
            return runner.run(main())
        except KeyboardInterrupt:
            messages.print("Interrupted. What was confirmed is kept: run it again to go on.")
            _leave()


def _leave() -> NoReturn:
    """End without waiting for threads: they read a file or embed texts, and nobody wants it now."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(INTERRUPTED)
