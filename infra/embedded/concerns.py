"""Read and write concerns: guarantees that one member gives to everyone, or cannot give.

What is acknowledged is on disk and seen by every later read, so most concerns ask for nothing.
Others are refused, except a write concern that asks for more members than there are: MongoDB says
so beside the reply of a write that was done, and so does this store.
"""

from collections.abc import Mapping
from typing import Any, Final

from bson import Timestamp

from infra.embedded.bson_types import Document, is_number, python_number
from infra.embedded.errors import (
    failed_to_parse,
    illegal_operation,
    invalid_options,
    type_mismatch,
    unknown_field,
    unknown_write_concern,
    unsatisfiable_write_concern,
)

_READ_CONCERNS: Final = frozenset({"local", "available", "majority", "linearizable"})
_READ_CONCERN_FIELDS: Final = frozenset({"level", "afterClusterTime", "atClusterTime"})
_WRITE_CONCERN_FIELDS: Final = frozenset({"w", "j", "fsync", "wtimeout", "provenance"})
_MAX_MEMBERS: Final = 50
_NO_TIME: Final = Timestamp(0, 0)


def check_concerns(body: Mapping[str, Any]) -> None:
    """Refuse malformed concerns, and guarantees that the store does not give.

    Raises:
        StoreError: 14 for a wrong type, 40415 or 9 for an unknown field or value, 72 or 20 for
            a guarantee.
    """
    read: Document = body.get("readConcern") or {}
    write: Document = body.get("writeConcern") or {}
    if not isinstance(read, dict) or not isinstance(write, dict):
        raise type_mismatch("readConcern and writeConcern must be objects")
    if read:
        _check_read_concern(read, in_transaction="autocommit" in body)
    if write:
        _check_write_concern(write)


def _check_read_concern(read: Document, *, in_transaction: bool) -> None:
    for field in read:
        if field not in _READ_CONCERN_FIELDS:
            raise unknown_field("readConcern", field)
    # What this store gave out as a time is behind every read.
    if not isinstance(read.get("afterClusterTime", _NO_TIME), Timestamp):
        raise type_mismatch("BSON field 'readConcern.afterClusterTime' must be a timestamp")
    level = read.get("level", "local")
    if level not in _READ_CONCERNS and not (level == "snapshot" and in_transaction):
        raise invalid_options(f"the read concern '{level}' is not supported here")
    if "atClusterTime" in read:
        raise illegal_operation("reads at a cluster time are not supported")


def _check_write_concern(write: Document) -> None:
    for field in write:
        if field not in _WRITE_CONCERN_FIELDS:
            raise failed_to_parse(f"unrecognized write concern field: {field}")
    wanted = write.get("w", 1)
    if isinstance(wanted, str):
        return
    if not is_number(wanted) or not 0 <= python_number(wanted) <= _MAX_MEMBERS:
        raise failed_to_parse(f"w has to be a number from 0 to {_MAX_MEMBERS}; found: {wanted}")


def unmet_write_concern(body: Mapping[str, Any]) -> Document | None:
    """The `writeConcernError` of a write that was done; None when its concern is met."""
    wanted = (body.get("writeConcern") or {}).get("w", 1)
    if is_number(wanted) and python_number(wanted) > 1:
        return unsatisfiable_write_concern("Not enough data-bearing nodes").concern_error()
    if isinstance(wanted, str) and wanted != "majority":
        message = f"No write concern mode named '{wanted}' found in replica set configuration"
        return unknown_write_concern(message).concern_error()
    return None
