"""Long work is seen while it goes on: a bar on a terminal, lines in a log."""

import fcntl
import os
import pty
import re
import struct
import termios
import time
from pathlib import Path

import pytest
from command_line import CommandLine
from rich.progress import Progress

from infra.entrypoints.cli.progress import progress_bar, progress_line

ENTRIES = 1_500


@pytest.fixture
def dictionary(tmp_path: Path) -> Path:
    path = tmp_path / "many.csv"
    rows = (f"word {i},the meaning of word {i}\n" for i in range(ENTRIES))
    path.write_text("word,definition\n" + "".join(rows))
    return path


def test_a_terminal_shows_a_bar_with_rate_and_time_left(
    lexigraph: CommandLine, dictionary: Path
) -> None:
    screen = seen_on_a_terminal(lexigraph, "import", str(dictionary), "--library", "many")
    assert "reading many.csv" in screen
    # description, bar, done of total, rate, time passed, time left
    assert re.search(r"entries .*━+.* \d+/1500 [\d,]+/s 0:00:\d\d 0:00:\d\d", screen)
    assert re.search(r"passages embedded .*━+.* \d+/1500", screen)
    assert f"{ENTRIES:,} entries in many: {ENTRIES:,} added" in screen


def seen_on_a_terminal(lexigraph: CommandLine, *arguments: str) -> str:
    """Everything that a command writes to its terminal, without colours and movements."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    with lexigraph.start(*arguments, streams=slave) as process:
        os.close(slave)
        screen = b"".join(iter(lambda: read_terminal(master), b""))
        process.wait(timeout=20)
    os.close(master)
    assert process.returncode == 0, screen
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.decode())


def read_terminal(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:  # nobody has the other side open: that is how a terminal ends
        return b""


def test_a_log_gets_no_bar(lexigraph: CommandLine, dictionary: Path) -> None:
    outcome = lexigraph.import_(dictionary, "many")
    outcome.done()
    assert "━" not in outcome.errors
    assert "\x1b" not in outcome.errors


def test_a_log_gets_a_line_now_and_then(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar(line_seconds=0.1) as bar:
        task = bar.add_task("entries", total=None)
        time.sleep(0.15)
        for done in range(4):
            bar.update(task, completed=1_000 * done + 1_000, total=6_000)
            time.sleep(0.05)
    first, *others = capfd.readouterr().err.splitlines()
    assert first == "entries: 0:00:00 so far"
    assert 1 <= len(others) <= 4
    assert re.fullmatch(r"entries: [1-4],000 of 6,000(, [\d,]+/s, 0:00:\d\d left)?", others[-1])


def test_a_line_tells_only_what_is_known() -> None:
    with Progress(disable=True) as bar:
        bar.add_task("entries", total=2_000, completed=1_000)
        assert progress_line(bar.tasks[0]) == "entries: 1,000 of 2,000"
