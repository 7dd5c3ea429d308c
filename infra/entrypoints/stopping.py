"""Noticing early that the server is told to end, and that nobody is left to tell it.

uvicorn waits for open requests before it ends the application, and streams would stay open until
the grace period is over. So the signal itself is noticed.
"""

import asyncio
import os
import signal
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def notice_stop() -> asyncio.Event:
    """An event that is set by the first signal to end; the handlers that were there go on.

    To be called in the main thread while the loop runs, after the server took its signals.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def notice(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in SIGNALS:
        signal.signal(number, notice)
    return stopping


def end_with_supervisor() -> None:
    """Have this worker told to end when the process that started it is gone, however it went.

    A worker left alone would hold the port that the next server wants.
    """
    supervisor = parent_process()
    if supervisor is not None:
        Thread(target=_end_after, args=[supervisor], daemon=True).start()


def _end_after(supervisor: BaseProcess) -> None:
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
