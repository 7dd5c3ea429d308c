"""What can be wrong with a library file as a whole.

TransferError
├── UnknownFormatError      the content is none of the formats that are read
├── EmptyFileError          there is nothing in the file
├── UnreadableFileError     it cannot be opened, unpacked or decoded
├── BrokenFileError         its structure breaks at a place from which reading cannot go on
└── UnwritableFileError     a library cannot be written there

What is wrong with a single entry is a `Refusal` record instead: reading goes on.
"""

from infra.errors import LexigraphError


class TransferError(LexigraphError):
    """A library file cannot be read or written."""

    code = "TRANSFER_FAILED"


class UnknownFormatError(TransferError):
    """The content is none of the formats that are read."""

    code = "UNKNOWN_FORMAT"


class EmptyFileError(TransferError):
    """There is nothing in the file."""

    code = "EMPTY_FILE"


class UnreadableFileError(TransferError):
    """The file cannot be opened, unpacked or decoded."""

    code = "UNREADABLE_FILE"


class BrokenFileError(TransferError):
    """The structure breaks at `line`; nothing after it can be understood.

    Attributes:
        line: counted from 1, in the unpacked text.
        column: counted from 1; None where it is not known.
    """

    code = "BROKEN_FILE"

    def __init__(self, message: str, line: int, column: int | None = None) -> None:
        place = f"line {line}" if column is None else f"line {line}, column {column}"
        super().__init__(f"{place}: {message}")
        self.line = line
        self.column = column


class UnwritableFileError(TransferError):
    """The library cannot be written to that place."""

    code = "UNWRITABLE_FILE"


class RefusedError(Exception):
    """One entry or sense cannot be taken; readers turn it into a `Refusal`."""
