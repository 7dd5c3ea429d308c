"""`explain`."""

from collections.abc import Mapping
from typing import Any, Final

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.commands.aggregate import read_pipeline
from infra.embedded.commands.find import find_query
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.errors import bad_value, command_not_found
from infra.embedded.explaining import explain_pipeline, explain_query
from infra.embedded.reading import Query, parse_query

_VERBOSITIES: Final = frozenset({"queryPlanner", "executionStats", "allPlansExecution"})


def explain(context: Context, arguments: Arguments) -> Reply:
    """Tell how a command would find its documents; nothing is written."""
    verbosity = arguments.body.get("verbosity", "allPlansExecution")
    if verbosity not in _VERBOSITIES:
        raise bad_value(f"verbosity string must be one of {sorted(_VERBOSITIES)}")
    body = arguments.document("explain")
    name = next(iter(body), "")
    explained = Arguments(name, body, {})
    if name == "aggregate":
        pipeline = read_pipeline(context, explained)
        reply = explain_pipeline(context, explained.collection(), pipeline)
    else:
        reply = explain_query(context, explained.collection(), _query(context, explained))
    if verbosity == "queryPlanner":
        reply.pop("executionStats", None)
    return reply


def _query(context: Context, arguments: Arguments) -> Query:
    match arguments.name:
        case "find":
            return find_query(context, arguments)
        case "count" | "distinct" | "findAndModify":
            return _parse(context, arguments.document("query"), arguments.body)
        case "update" | "delete":
            statements = arguments.array(f"{arguments.name}s")
            return _parse(context, statements[0]["q"], statements[0])
        case name:
            raise command_not_found(name)


def _parse(context: Context, filter: Document, options: Mapping[str, Any]) -> Query:
    return parse_query(
        filter, context.variables, sort=options.get("sort"), hint=options.get("hint")
    )


COMMANDS: Final = {"explain": Command(explain, frozenset({"verbosity"}), Kind.READ)}
