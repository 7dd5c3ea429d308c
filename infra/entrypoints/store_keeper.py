"""Starts the embedded store again when its process has died under a running program.

The driver finds it at the same socket: requests fail for about a second, and transactions that were
under way are tried again by `with_transaction`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from infra.embedded.launch import STORE_FILE, StoreLaunchError, open_store
from infra.embedded.lock import opened_lock

logger = structlog.stdlib.get_logger(__name__)

WATCH_SECONDS: Final = 0.5


@contextmanager
def store_kept_running(data_dir: Path) -> Iterator[None]:
    """Look after the store of a data folder until the `with` ends."""
    ended = threading.Event()
    # A thread, for a store that has died is missed most while the event loop is busy.
    keeper = threading.Thread(target=_keep, args=(data_dir, ended), name="store keeper")
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _keep(data_dir: Path, ended: threading.Event) -> None:
    while not ended.wait(WATCH_SECONDS):
        try:
            if _has_died(data_dir):
                logger.warning("the store has died and is started again", folder=str(data_dir))
                open_store(data_dir)
        except (OSError, StoreLaunchError) as error:
            logger.error("the store cannot be started", reason=str(error))  # noqa: TRY400  # the reason is for users; a traceback says no more


def _has_died(data_dir: Path) -> bool:
    with opened_lock(data_dir / STORE_FILE) as lock:
        return lock.take()
