"""How the frames of one answer are written one after the other."""

from collections.abc import Mapping
from typing import Protocol

from infra.entrypoints.transports.operations import Frame


class Wire(Protocol):
    """A format of several frames."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the HTTP response."""

    begin: bytes
    # Sent when there is nothing to say, so that nobody in between takes the connection for dead.
    beat: bytes
    # Ends an answer that is whole.
    end: bytes
    # Ends an answer that is not: clients are to connect again.
    interruption: bytes

    def write(self, frame: Frame) -> bytes:
        """Write one frame."""
