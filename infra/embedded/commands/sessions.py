"""Sessions and the ends of transactions."""

from typing import Any, Final
from uuid import uuid4

from bson.binary import UUID_SUBTYPE, Binary

from infra.embedded.arguments import Arguments, session_id, transaction_number
from infra.embedded.context import Command, Context, Reply
from infra.embedded.errors import no_such_session, no_such_transaction
from infra.embedded.sessions import TIMEOUT_MINUTES, Session


def commit(context: Context, arguments: Arguments) -> Reply:
    """`commitTransaction`: everything is on disk when the reply is sent."""
    session, number = _session(context, arguments)
    context.store.sessions.commit(session, number)
    return {"ok": 1.0}


def abort(context: Context, arguments: Arguments) -> Reply:
    """`abortTransaction`: nothing has happened."""
    session, number = _session(context, arguments)
    context.store.sessions.running(session, number, context.client)
    session.abort()
    return {"ok": 1.0}


def start_session(_context: Context, _arguments: Arguments) -> Reply:
    """`startSession`: an id that the client could as well have made itself."""
    return {
        "id": {"id": Binary(uuid4().bytes, UUID_SUBTYPE)},
        "timeoutMinutes": TIMEOUT_MINUTES,
        "ok": 1.0,
    }


def end_sessions(context: Context, arguments: Arguments) -> Reply:
    """`endSessions` and `killSessions`: their transactions are aborted, their cursors closed."""
    ids = [_id_of(item) for item in arguments.array(arguments.name)]
    context.store.sessions.forget(ids)
    context.store.cursors.kill_where(lambda cursor: cursor.session in ids)
    return {"ok": 1.0}


def refresh_sessions(context: Context, arguments: Arguments) -> Reply:
    """`refreshSessions`: they are still in use."""
    for item in arguments.array(arguments.name):
        context.store.sessions.get(_id_of(item))
    return {"ok": 1.0}


def _session(context: Context, arguments: Arguments) -> tuple[Session, int]:
    number = transaction_number(arguments.body)
    if context.session is None or number is None:
        raise no_such_transaction("no transaction is named by lsid and txnNumber", labels=())
    return context.store.sessions.get(context.session), number


def _id_of(item: Any) -> bytes:
    found = session_id({"lsid": item})
    if found is None:
        raise no_such_session("a session id is missing")
    return found


COMMANDS: Final = {
    "commitTransaction": Command(commit, frozenset({"recoveryToken"})),
    "abortTransaction": Command(abort, frozenset({"recoveryToken"})),
    "startSession": Command(start_session),
    "endSessions": Command(end_sessions),
    "killSessions": Command(end_sessions),
    "refreshSessions": Command(refresh_sessions),
}
