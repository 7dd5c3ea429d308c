"""What commands share: consoles, the report of an error, a progress bar, a running event loop."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from infra.entrypoints.services import open_services
from infra.settings import Settings, load_settings, process_environment
from resolvers.context import Context

T = TypeVar("T")

# Results go to standard output; everything about the work itself to standard error.
results = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def settings_of_command(**overrides: object) -> Settings:
    """The settings of this process; options of the command line go first."""
    return load_settings(process_environment(), **overrides)


def run_with_context(settings: Settings, work: Callable[[Context], Awaitable[T]]) -> T:
    """Open everything, run one operation, close everything."""

    async def main() -> T:
        async with open_services(settings) as services:
            return await work(Context(services))

    return asyncio.run(main())


class RateColumn(ProgressColumn):
    """How many items a second."""

    def render(self, task: Task) -> Text:
        """The rate since the bar began."""
        speed = task.speed or task.finished_speed
        return Text("" if speed is None else f"{speed:,.0f}/s", style="progress.data.speed")


def progress_bar() -> Progress:
    """A bar with rate and time left; where no terminal watches it stays silent."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
