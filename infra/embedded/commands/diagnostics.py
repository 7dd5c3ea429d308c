"""What a driver asks a server about itself.

`hello` presents the only member of a replica set, because drivers use sessions, transactions and
retryable writes with replica sets alone.
"""

import os
import platform
import time
from typing import Final

from bson import Int64, ObjectId
from bson.datetime_ms import DatetimeMS

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.context import Command, Context, Reply
from infra.embedded.errors import invalid_options
from infra.embedded.sessions import TIMEOUT_MINUTES
from infra.embedded.wire import MAX_BATCH_SIZE, MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES

SET_NAME: Final = "lexigraph"
# The wire version of MongoDB 7.0.
WIRE_VERSION: Final = 21
SERVER_VERSION: Final = "7.0.0"
_ELECTION: Final = ObjectId(bytes(11) + b"\x01")


def hello(context: Context, _: Arguments) -> Reply:
    """`hello`, and its older name `isMaster`."""
    address = context.store.address
    return {
        "helloOk": True,
        "isWritablePrimary": True,
        "ismaster": True,
        "secondary": False,
        "setName": SET_NAME,
        "setVersion": 1,
        "electionId": _ELECTION,
        **({"hosts": [address], "primary": address, "me": address} if address else {}),
        "maxBsonObjectSize": MAX_DOCUMENT_BYTES,
        "maxMessageSizeBytes": MAX_MESSAGE_BYTES,
        "maxWriteBatchSize": MAX_BATCH_SIZE,
        "localTime": DatetimeMS(int(time.time() * 1000)),
        "logicalSessionTimeoutMinutes": TIMEOUT_MINUTES,
        "minWireVersion": 0,
        "maxWireVersion": WIRE_VERSION,
        "readOnly": False,
        "ok": 1.0,
    }


def ping(_context: Context, _arguments: Arguments) -> Reply:
    """`ping`."""
    return {"ok": 1.0}


def build_info(_context: Context, _arguments: Arguments) -> Reply:
    """`buildInfo`: the version of MongoDB whose behaviour is followed."""
    numbers = [int(part) for part in SERVER_VERSION.split(".")]
    return {
        "version": SERVER_VERSION,
        "versionArray": [*numbers, 0],
        "modules": ["lexigraph-embedded"],
        "bits": 64,
        "debug": False,
        "maxBsonObjectSize": MAX_DOCUMENT_BYTES,
        "storageEngines": ["sqlite"],
        "ok": 1.0,
    }


def connection_status(_context: Context, _arguments: Arguments) -> Reply:
    """`connectionStatus`: nobody signs in."""
    info: Document = {"authenticatedUsers": [], "authenticatedUserRoles": []}
    return {"authInfo": info, "ok": 1.0}


def server_status(context: Context, _: Arguments) -> Reply:
    """`serverStatus`, as far as it is true here."""
    uptime = time.monotonic() - context.store.started_at
    return {
        "host": platform.node(),
        "version": SERVER_VERSION,
        "process": "lexigraph-embedded",
        "pid": Int64(os.getpid()),
        "uptime": uptime,
        "metrics": {"cursor": {"open": {"total": Int64(context.store.cursors.count())}}},
        "storageEngine": {"name": "sqlite", "persistent": True},
        "ok": 1.0,
    }


def get_parameter(_: Context, arguments: Arguments) -> Reply:
    """`getParameter` for the parameters that tools ask for, by name or all (`"*"`)."""
    version = SERVER_VERSION.rpartition(".")[0]
    known: Document = {
        "featureCompatibilityVersion": {"version": version},
        "enableTestCommands": False,
        "authenticationMechanisms": [],
    }
    wants_all = arguments.body["getParameter"] == "*"
    found = {name: value for name, value in known.items() if wants_all or arguments.flag(name)}
    if not found:
        raise invalid_options("no option found to get")
    return found | {"ok": 1.0}


def get_command_line(_context: Context, _arguments: Arguments) -> Reply:
    """`getCmdLineOpts`: nothing that MongoDB takes there is set."""
    return {"argv": ["lexigraph-embedded"], "parsed": {}, "ok": 1.0}


# Drivers of all ages offer what they could do; `hello` answers with what is done.
_HELLO: Final = Command(hello, options=None)

_PARAMETERS: Final = frozenset(
    {"featureCompatibilityVersion", "enableTestCommands", "authenticationMechanisms"}
)

COMMANDS: Final = {
    "hello": _HELLO,
    "isMaster": _HELLO,
    "ismaster": _HELLO,
    "ping": Command(ping),
    "buildInfo": Command(build_info),
    "buildinfo": Command(build_info),
    "connectionStatus": Command(connection_status, frozenset({"showPrivileges"})),
    "serverStatus": Command(server_status),
    "getParameter": Command(get_parameter, _PARAMETERS),
    "getCmdLineOpts": Command(get_command_line),
}
