"""The process of an embedded store: `python -m infra.embedded --path FILE --port 0`.

It says one thing on standard output, its URI or why it cannot start, and then nothing more.
"""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from infra.embedded.launch import StoreLaunchError, serve_store
from infra.embedded.lock import StoreLock


def main() -> int:
    """Run the store that the command line describes; returns the exit status."""
    options = _parser().parse_args()
    if options.detach:
        _detach()
    try:
        serve_store(
            options.path,
            host=options.host,
            port=options.port,
            socket=options.socket,
            exit_when_idle=options.exit_when_idle,
            announce=_announce,
            lock=StoreLock(options.lock_descriptor) if options.lock_descriptor else None,
        )
    except StoreLaunchError as error:
        _announce(error.message)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.embedded", description=__doc__)
    parser.add_argument("--path", type=Path, required=True, help="the file")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, help="0 takes any free port")
    parser.add_argument("--socket", type=Path, help="a unix socket instead of a port")
    parser.add_argument("--exit-when-idle", action="store_true", help="leave after the last client")
    parser.add_argument("--detach", action="store_true", help="go on without the process started")
    parser.add_argument("--lock-descriptor", type=int, help="the file's lock, held and inherited")
    return parser


def _detach() -> None:
    """Go on in a child; the process that the starter waits for ends, so none becomes a zombie."""
    if os.fork():
        os._exit(0)


def _announce(words: str) -> None:
    """Say it and close standard output, whose end the starter waits for."""
    with suppress(BrokenPipeError):  # the starter has died; other clients may come
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


sys.exit(main())
