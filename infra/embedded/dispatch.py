"""From a request to its reply: checks, sessions, transactions, and what failures look like."""

import logging
import sqlite3
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Final

from infra.embedded.arguments import Arguments, session_id, transaction_number
from infra.embedded.catalog import check_database
from infra.embedded.commands import COMMANDS
from infra.embedded.concerns import check_concerns, unmet_write_concern
from infra.embedded.context import Command, Context, Kind, OpenStore, Reply
from infra.embedded.errors import (
    StoreError,
    bad_value,
    command_not_found,
    internal_error,
    invalid_options,
    not_in_transaction,
    search_not_enabled,
)
from infra.embedded.execution import Deadline
from infra.embedded.sessions import Session
from infra.embedded.storage import translated
from infra.embedded.wire import Request

logger = logging.getLogger(__name__)

# Answered as MongoDB answers them without Atlas.
_SEARCH_COMMANDS: Final = frozenset(
    {"createSearchIndexes", "updateSearchIndex", "dropSearchIndex", "listSearchIndexes"}
)
_TRANSACTION_ENDS: Final = frozenset({"commitTransaction", "abortTransaction"})
# Beside the commands that always write: an aggregation may end with a write.
_ALSO_ACKNOWLEDGED: Final = _TRANSACTION_ENDS | {"aggregate"}


def answer(store: OpenStore, request: Request, client: object) -> bytes:
    """Carry out a request; whatever goes wrong becomes the reply."""
    return store.clock.stamp(_answer_or_error(store, request, client))


def _answer_or_error(store: OpenStore, request: Request, client: object) -> Reply:
    try:
        return _answer(store, request, client)
    except StoreError as error:
        return error.document()
    except sqlite3.Error as error:
        return translated(error).document()
    except RecursionError:
        return bad_value("the command is nested too deeply").document()
    except MemoryError:
        return internal_error("the store has no memory left for this command").document()
    except Exception:  # a fault of ours must not cost the client its connection
        logger.exception("the command %s failed", next(iter(request.body)))
        return internal_error("the store failed; its log says more").document()


def _answer(store: OpenStore, request: Request, client: object) -> Reply:
    body = request.body
    name = next(iter(body))
    command = COMMANDS.get(name)
    if command is None:
        raise search_not_enabled(name) if name in _SEARCH_COMMANDS else command_not_found(name)
    arguments = Arguments(name, body, request.sequences)
    if command.options is not None:
        arguments.check(command.options)
    check_concerns(body)
    context = Context(
        store=store,
        database=check_database(body.get("$db")),
        client=client,
        session=session_id(body),
        transaction=None,
        deadline=_deadline(arguments),
    )
    reply = _run_in_place(command, context, arguments)
    unmet = unmet_write_concern(body)
    writes = command.kind is Kind.WRITE or name in _ALSO_ACKNOWLEDGED
    if unmet and writes and isinstance(reply, dict):
        return {**reply, "writeConcernError": unmet}
    return reply


def _run_in_place(command: Command, context: Context, arguments: Arguments) -> Reply:
    """Run a command by itself, once by its number, or inside its transaction."""
    body = arguments.body
    number = transaction_number(body)
    if number is None or context.session is None:
        _refuse_stray_fields(body)
        return _run(command, context, arguments)
    session = context.store.sessions.get(context.session)
    with session.guard:
        if "autocommit" in body:
            return _run_in_transaction(command, context, arguments, session, number)
        return _run_retryable(command, context, arguments, session, number)


def _run(command: Command, context: Context, arguments: Arguments) -> Reply:
    with context.writing() if command.kind is Kind.WRITE else nullcontext():
        return command.run(context, arguments)


def _run_in_transaction(
    command: Command, context: Context, arguments: Arguments, session: Session, number: int
) -> Reply:
    sessions = context.store.sessions
    if arguments.body["autocommit"] is not False:
        raise invalid_options("autocommit must be false")
    if arguments.name in _TRANSACTION_ENDS:
        return command.run(context, arguments)
    is_first = bool(arguments.body.get("startTransaction"))
    _refuse_concerns_inside(arguments.body, is_first=is_first)
    if is_first:
        if not command.in_transaction:
            raise not_in_transaction(
                f"Cannot run '{arguments.name}' in a multi-document transaction."
            )
        context.transaction = sessions.begin(session, number, context.client)
    else:
        context.transaction = sessions.running(session, number, context.client)
    with sessions.statement(session):
        if not command.in_transaction:
            raise not_in_transaction(
                f"Cannot run '{arguments.name}' in a multi-document transaction."
            )
        reply = _run(command, context, arguments)
    if isinstance(reply, dict) and reply.get("writeErrors"):
        # A statement that failed in part ends the transaction, as in MongoDB.
        session.abort()
    return reply


def _refuse_concerns_inside(body: Mapping[str, Any], *, is_first: bool) -> None:
    """A transaction has one read concern, said at its start, and one write concern, at its end."""
    if "writeConcern" in body:
        raise invalid_options("writeConcern is not allowed within a multi-statement transaction")
    if "readConcern" in body and not is_first:
        raise invalid_options("Only the first command in a transaction may specify a readConcern")


def _run_retryable(
    command: Command, context: Context, arguments: Arguments, session: Session, number: int
) -> Reply:
    """Run a numbered write once; sent again, it gets its first answer."""
    if not command.retryable:
        raise invalid_options(f"{arguments.name} does not take a txnNumber outside a transaction")
    sessions = context.store.sessions
    earlier = sessions.earlier_outcome(session, number)
    if earlier is not None:
        return earlier
    # Drivers number what touches single documents, which is done soon.
    with context.writing(joins=True):
        reply = command.run(context, arguments)
        if not isinstance(reply, dict):
            raise internal_error("a retryable write must answer with a document")
        sessions.remember(context.writer, session, number, reply)
    session.outcome = reply
    return reply


def _refuse_stray_fields(body: Mapping[str, Any]) -> None:
    if body.get("startTransaction") or "autocommit" in body:
        raise invalid_options("a transaction needs a session and a txnNumber")


def _deadline(arguments: Arguments) -> Deadline:
    milliseconds = arguments.integer("maxTimeMS")
    return Deadline(time.monotonic() + milliseconds / 1000 if milliseconds else None)
