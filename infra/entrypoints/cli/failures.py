"""What the shell sees when a command fails: a sentence where users can mend it."""

import signal
import sys
from collections.abc import Callable
from typing import Final

from pymongo.errors import ConnectionFailure, PyMongoError

from infra.entrypoints.cli.console import INTERRUPTED, messages
from infra.entrypoints.errors import is_store_full
from infra.errors import LexigraphError

FAILED: Final = 1

_WITHOUT_STORE: Final = "What was confirmed is kept: run the same command again."


def run_command(command: Callable[[], object]) -> None:
    """Run a command to its end.

    SIGTERM is taken as SIGINT is, so that `docker stop` interrupts an import as Ctrl-C does.

    Raises:
        SystemExit: with what the shell is told.
    """
    # A script's background jobs start with SIGINT ignored, and would then ignore both.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        command()
    except LexigraphError as error:
        _tell(error.code, error.message)
        raise SystemExit(FAILED) from None
    except PyMongoError as error:
        _tell(*_explanation(error))
        raise SystemExit(FAILED) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # `lexigraph export … | head`: who read us has enough. Nothing is left to be flushed.
        sys.stdout = None
        raise SystemExit(FAILED) from None


def _explanation(error: PyMongoError) -> tuple[str, str]:
    """Code and sentence of a failure of the store.

    Raises:
        PyMongoError: the one given, when it is a fault of the program.
    """
    if isinstance(error, ConnectionFailure):
        return "STORE_UNREACHABLE", f"The store went away. {_WITHOUT_STORE}"
    if is_store_full(error):
        return (
            "STORE_FULL",
            "The store cannot write: its disk is full or read-only. Nothing is half-written: "
            "free some space and run the same command again.",
        )
    raise error


def _tell(code: str, message: str) -> None:
    messages.print(f"[bold red]error[/] [dim]{code}[/]", end=" ")
    messages.print(message, markup=False)
