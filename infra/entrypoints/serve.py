"""Runs the server: claims the data folder, takes the port, starts the workers, ends cleanly."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Coroutine
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from infra.entrypoints.app import OpenBackend, create_app
from infra.entrypoints.data_folder import claim_data_folder
from infra.entrypoints.stopping import end_with_supervisor, notice_stop
from infra.errors import LexigraphError
from infra.logs import configure_logging
from infra.settings import Settings

WORKER_PATIENCE_SECONDS = 30

Prepare = Callable[[Settings], Coroutine[None, None, None]]


class AddressError(LexigraphError):
    """The server cannot listen where it should."""

    code = "ADDRESS_UNUSABLE"


def serve(settings: Settings, open_backend: OpenBackend, prepare: Prepare) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get `shutdown_grace_seconds`.

    Args:
        settings: given to every worker as they are.
        open_backend: a module-level function, for it travels to the workers by name.
        prepare: what is done once before the workers start, when the data folder is ours.

    Raises:
        AddressError: the port is taken or the host is not one of this machine.
        DataFolderError: the data folder cannot be written.
        DataFolderTakenError: another server runs on it.
        LexigraphError: as `prepare` does.
        SystemExit: 0 after a signal; not 0 when the application could not start (the log says why).
    """
    configure_logging(settings.log_level, settings.log_format)
    _exit_on_signals()
    with claim_data_folder(settings.data_dir) as claim, listen(settings) as listener:
        host, port = listener.getsockname()[:2]
        claim.announce(f"{host}:{port}")
        asyncio.run(prepare(settings))
        _run(settings.model_copy(update={"port": port}), open_backend, listener)


def listen(settings: Settings) -> socket.socket:
    """Take the port at once: clients that come before the workers are ready wait in line.

    Raises:
        AddressError: says what to choose instead.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except socket.gaierror as error:
        raise AddressError(f"{_reason(error, where)} Choose another with --host.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise AddressError(_reason(error, where)) from error
    return listener


def worker_app(settings: Settings, open_backend: OpenBackend) -> ASGIApp:
    """Build the application of one worker process, with its own logging."""
    configure_logging(settings.log_level, settings.log_format)
    end_with_supervisor()
    return PlainStartupErrors(create_app(settings, open_backend, stopping=notice_stop()))


class PlainStartupErrors:
    """Reports a failed start that users can mend as one sentence instead of a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch the lifespan; everything else passes."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def hold_back(message: Message) -> None:
            if message["type"] != "lifespan.startup.failed":
                await send(message)

        try:
            await self.app(scope, receive, hold_back)
        except LexigraphError as error:
            await send({"type": "lifespan.startup.failed", "message": error.message})


def _run(settings: Settings, open_backend: OpenBackend, listener: socket.socket) -> None:
    # Settings travel to the workers by pickle, so that options of the command line reach them too.
    config = uvicorn.Config(
        partial(worker_app, settings, open_backend),
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_grace_seconds,
        # A worker that a busy machine starts slowly is not hung.
        timeout_worker_healthcheck=WORKER_PATIENCE_SECONDS,
        ws_max_size=settings.max_body_bytes,
        # Takes memory for each connection; a proxy may do it.
        ws_per_message_deflate=False,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run([listener])
        return
    supervisor = Multiprocess(config, [listener])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise SystemExit(STARTUP_FAILURE)


def _exit_on_signals() -> None:
    # uvicorn shuts down gracefully and then raises the signal again: by then it means success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _reason(error: OSError, where: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use by another program. Choose another port with --port or "
            "LEXIGRAPH_PORT (0 takes any free one)."
        )
    return f"Cannot listen on {where}: {error.strerror}."
