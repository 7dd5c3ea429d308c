"""The commands of the wire protocol, a module per family. What is not here is refused (59)."""

from collections.abc import Mapping
from typing import Final

from infra.embedded.commands import (
    aggregate,
    collections,
    diagnostics,
    explain,
    find,
    find_and_modify,
    indexes,
    sessions,
    views,
    write,
)
from infra.embedded.context import Command

COMMANDS: Final[Mapping[str, Command]] = {
    **aggregate.COMMANDS,
    **collections.COMMANDS,
    **diagnostics.COMMANDS,
    **explain.COMMANDS,
    **find.COMMANDS,
    **find_and_modify.COMMANDS,
    **indexes.COMMANDS,
    **sessions.COMMANDS,
    **views.COMMANDS,
    **write.COMMANDS,
}
