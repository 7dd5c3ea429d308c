"""How far long work is: a bar for those who watch a terminal, a line now and then for a log."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

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

from infra.entrypoints.cli.console import messages

LINE_SECONDS: Final = 5.0


class RateColumn(ProgressColumn):
    """How many items a second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute."""
        return Text(rate_of(task), style="progress.data.speed")


@contextmanager
def progress_bar(line_seconds: float = LINE_SECONDS) -> Iterator[Progress]:
    """Tasks added to what this gives are shown on standard error until the `with` ends.

    Args:
        line_seconds: how long a log without a terminal is left without a line.
    """
    watched = sys.stderr.isatty()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not watched,
    )
    with bar if watched else _told_in_lines(bar, line_seconds):
        yield bar


@contextmanager
def _told_in_lines(bar: Progress, seconds: float) -> Iterator[None]:
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(seconds):
            for task in bar.tasks:
                if task.visible and not task.finished:
                    messages.print(progress_line(task), markup=False)

    # A thread, as the bar's own: what is watched may keep the event loop busy.
    teller = threading.Thread(target=tell, name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def progress_line(task: Task) -> str:
    """A task in one line, as `entries: 1,200 of 6,000, 400/s, 0:00:12 left`."""
    if task.total is None:
        return f"{task.description}: {timedelta(seconds=int(task.elapsed or 0))} so far"
    parts = [f"{task.description}: {task.completed:,.0f} of {task.total:,.0f}"]
    if rate := rate_of(task):
        parts.append(rate)
    if task.time_remaining is not None:
        parts.append(f"{timedelta(seconds=int(task.time_remaining))} left")
    return ", ".join(parts)


def rate_of(task: Task) -> str:
    """How fast a task is, as `400/s`; empty while nobody knows."""
    speed = task.finished_speed or task.speed
    return "" if speed is None else f"{speed:,.0f}/s"
