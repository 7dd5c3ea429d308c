"""What an import tells: how far it is, and at its end what it did."""

import time
from pathlib import Path
from typing import Final

from rich.progress import Progress

from infra.entrypoints.cli.console import messages, results
from resolvers.transfer.apply import ImportReport
from resolvers.transfer.embed import EmbeddingProgress

REFUSALS_SHOWN: Final = 20


class ImportProgress:
    """Three tasks, one after another: the file is read, entries are written, texts embedded."""

    def __init__(self, bar: Progress, file: Path) -> None:
        self._bar = bar
        self._reading = bar.add_task(f"reading {file.name}", total=None)
        self._entries = bar.add_task("entries", total=None, visible=False)
        self._embedding = bar.add_task("passages embedded", total=None, visible=False)
        self._started = time.perf_counter()
        self._written = self._started

    def entries(self, done: int, total: int) -> None:
        """See `ImportWatcher.entries`."""
        self._bar.update(self._reading, visible=False)
        self._bar.update(self._entries, completed=done, total=total, visible=True)
        self._written = time.perf_counter()

    def embedded(self, progress: EmbeddingProgress) -> None:
        """See `ImportWatcher.embedded`."""
        self._bar.update(
            self._embedding, completed=progress.passages, total=progress.total, visible=True
        )

    @property
    def writing_seconds(self) -> float:
        """How long it took to read the file and to write its entries."""
        return self._written - self._started

    @property
    def embedding_seconds(self) -> float:
        """How long everything has taken since then."""
        return time.perf_counter() - self._written


def tell_report(report: ImportReport, progress: ImportProgress, library: str) -> None:
    """Print the figures as results, what was refused or left out as messages."""
    resumed = f", resumed after {report.resumed_after:,}" if report.resumed_after else ""
    written = report.entries - report.resumed_after
    results.print(
        f"{report.entries:,} entries in {library}: {report.added:,} added, "
        f"{report.changed:,} changed, {report.unchanged:,} unchanged, "
        f"{len(report.refusals):,} refused{resumed}\n"
        f"written in {_pace(written, 'entries', progress.writing_seconds)}; "
        f"{report.texts_embedded:,} texts embedded in "
        f"{_pace(report.texts_embedded, 'texts', progress.embedding_seconds)}",
        markup=False,
    )
    for refusal in report.refusals[:REFUSALS_SHOWN]:
        messages.print(f"  line {refusal.line}: {refusal.reason}", markup=False)
    hidden = len(report.refusals) - REFUSALS_SHOWN
    if hidden > 0:
        messages.print(f"  … and {hidden:,} more")
    for note, count in report.notes.items():
        messages.print(f"  left out: {count:,} times {note}", markup=False)


def _pace(count: int, what: str, seconds: float) -> str:
    return f"{seconds:,.1f} s ({count / seconds if seconds else 0:,.0f} {what}/s)"
