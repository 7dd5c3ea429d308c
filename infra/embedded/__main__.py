"""The process of the store: `python -m infra.embedded --path FILE (--socket PATH | --port N)`.

The first line on standard output is `ready` and the URI, or why the store cannot run.
"""

import argparse
import os
import sys
from pathlib import Path

from infra.embedded.launch import (
    IDLE_SECONDS,
    READY,
    AlreadyRunningError,
    StoreUnavailableError,
    serve_store,
)


def main() -> int:
    """Serve until stopped; returns the exit status."""
    options = _parse()
    if options.detach and os.fork():
        # The starter waits for this process alone, but for the pipe of both.
        return 0
    if options.detach:
        os.setsid()
    try:
        serve_store(
            options.path,
            port=options.port,
            socket_at=options.socket,
            idle_seconds=IDLE_SECONDS if options.exit_when_idle else None,
            announce=lambda uri: _say(f"{READY} {uri}"),
        )
    except AlreadyRunningError as error:
        _say(f"{READY} {error}")
    except StoreUnavailableError as error:
        _say(str(error))
        return 1
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="infra.embedded", description=__doc__)
    parser.add_argument("--path", type=Path, required=True, help="the file of the store")
    parser.add_argument("--port", type=int, help="listen on 127.0.0.1; 0 takes a free port")
    parser.add_argument("--socket", type=Path, help="listen on a unix socket")
    parser.add_argument("--exit-when-idle", action="store_true", help="end with the last client")
    parser.add_argument("--detach", action="store_true", help="run in the background")
    return parser.parse_args()


def _say(line: str) -> None:
    """Write the one line, then let go of the pipe, so that who waits for its end goes on."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
