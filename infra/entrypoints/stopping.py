"""Noticing early that the server is told to end.

uvicorn waits for open requests before it ends the application, and streams would stay open until
the grace period is over. So the signal itself is noticed.
"""

import asyncio
import signal
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
