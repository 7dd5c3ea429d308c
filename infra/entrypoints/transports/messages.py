"""What can go over a socket of the graphql-transport-ws protocol, and how it is closed."""

from enum import IntEnum

from infra.entrypoints.json_input import read_json

PROTOCOL = "graphql-transport-ws"


class CloseCode(IntEnum):
    """Why a socket is closed; clients connect again after those below 4000."""

    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    NOT_INITIALISED = 4401
    UNKNOWN_PROTOCOL = 4406
    INITIALISATION_TIMEOUT = 4408
    ID_IN_USE = 4409
    INITIALISED_TWICE = 4429
    INTERNAL = 4500


class Closing(Exception):  # noqa: N818 - not every close is an error
    """Ends the connection; raised wherever its end is decided."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        # A frame that closes has room for 123 bytes.
        self.reason = reason.encode()[:123].decode(errors="ignore")


def read_message(text: str | None) -> dict[str, object]:
    """A message of the client.

    Raises:
        Closing: it is none.
    """
    if text is None:
        raise Closing(CloseCode.BAD_MESSAGE, "Messages are text")
    try:
        message = read_json(text)
    except ValueError as error:
        raise Closing(CloseCode.BAD_MESSAGE, "Messages are JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Closing(CloseCode.BAD_MESSAGE, "Messages are objects with a type")
    return message


def id_of(message: dict[str, object]) -> str:
    """The operation that a message is about.

    Raises:
        Closing: it names none.
    """
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not operation_id:
        raise Closing(CloseCode.BAD_MESSAGE, "The message needs an id")
    return operation_id
