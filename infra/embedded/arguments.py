"""The fields of a command, checked: unknown ones and wrong types are refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson import Int64

from infra.embedded.bson_types import (
    Document,
    decode_document,
    encode_document,
    is_number,
    python_number,
    type_name,
)
from infra.embedded.errors import bad_value, missing_field, type_mismatch, unknown_field

# Every command may carry these. The session's and transaction's fields and the time limit are used;
# the others mean nothing to a store with one member: all its reads are from the primary, and an
# acknowledged write is on disk.
COMMON: Final = frozenset(
    {
        "$db",
        "lsid",
        "txnNumber",
        "autocommit",
        "startTransaction",
        "maxTimeMS",
        "readConcern",
        "writeConcern",
        "comment",
        "$clusterTime",
        "$readPreference",
    }
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The fields of one command.

    Attributes:
        name: the command's.
        body: its fields, the first of which is the command itself.
        sequences: documents that travelled beside the body.
    """

    name: str
    body: Mapping[str, Any]
    sequences: Mapping[str, list[bytes]]

    def check(self, known: frozenset[str]) -> None:
        """Refuse fields that the command does not have.

        Raises:
            StoreError: there is one (40415), or one that came twice (40415).
        """
        for field in (*self.body, *self.sequences):
            if field not in known and field not in COMMON and field != self.name:
                raise unknown_field(self.name, field)

    def has(self, field: str) -> bool:
        """Whether a field was sent."""
        return self.body.get(field) is not None

    def collection(self) -> str:
        """The value of the command itself: a collection's name.

        Raises:
            StoreError: it is no text (73).
        """
        return self.text(self.name)

    def document(self, field: str) -> Document:
        """A document; `{}` when there is none."""
        value = self.body.get(field)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._mismatch(field, value, "object")
        return value

    def integer(self, field: str, default: int = 0, *, least: int | None = 0) -> int:
        """A whole number, at least `least`."""
        value = self.body.get(field)
        if value is None:
            return default
        if not is_number(value):
            raise self._mismatch(field, value, "long")
        number = python_number(value)
        if number != number or number != int(number):
            raise bad_value(f"Expected an integer: {field}: {value!r}")
        if least is not None and number < least:
            raise bad_value(
                f"BSON field '{field}' value must be >= {least}, actual value '{number}'"
            )
        return int(number)

    def flag(self, field: str, *, default: bool = False) -> bool:
        """A boolean; numbers are taken for one."""
        value = self.body.get(field)
        if value is None:
            return default
        if not isinstance(value, bool) and not is_number(value):
            raise self._mismatch(field, value, "bool")
        return bool(value)

    def text(self, field: str) -> str:
        """A text that must be there."""
        value = self.body.get(field)
        if not isinstance(value, str):
            raise self._mismatch(field, value, "string")
        return value

    def array(self, field: str) -> list[Any]:
        """An array; empty when there is none."""
        value = self.body.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._mismatch(field, value, "array")
        return value

    def raw_documents(self, field: str) -> list[bytes]:
        """Documents as BSON bytes, from the body or from beside it."""
        if field in self.sequences:
            return self.sequences[field]
        if field not in self.body:
            raise missing_field(self.name, field)
        items = self.array(field)
        for place, item in enumerate(items):
            if not isinstance(item, dict):
                raise self._mismatch(f"{field}.{place}", item, "object")
        return [encode_document(item) for item in items]

    def decoded_documents(self, field: str) -> list[Document]:
        """Documents, from the body or from beside it."""
        if field in self.sequences:
            return [decode_document(raw) for raw in self.sequences[field]]
        self.raw_documents(field)
        return self.array(field)

    def refuse(self, *fields: str) -> None:
        """Refuse options that ask for what the store does not do.

        Raises:
            StoreError: one of them is set (2).
        """
        for field in fields:
            if self.body.get(field):
                raise bad_value(f"the option '{field}' of {self.name} is not supported")

    def check_collation(self) -> None:
        """Refuse collations other than the simple one.

        Raises:
            StoreError: there is one (2).
        """
        if self.document("collation") not in ({}, {"locale": "simple"}):
            raise bad_value("collations other than simple are not supported")

    def _mismatch(self, field: str, value: object, wanted: str) -> Exception:
        kind = "missing" if value is None else type_name(value)
        return type_mismatch(
            f"BSON field '{self.name}.{field}' is the wrong type '{kind}', expected type '{wanted}'"
        )


def session_id(body: Mapping[str, Any]) -> bytes | None:
    """The id of the logical session that a command belongs to.

    Raises:
        StoreError: `lsid` is malformed (14).
    """
    lsid = body.get("lsid")
    if lsid is None:
        return None
    value = lsid.get("id") if isinstance(lsid, dict) else None
    if not isinstance(value, bytes):
        raise type_mismatch("BSON field 'lsid.id' must be a UUID")
    return bytes(value)


def transaction_number(body: Mapping[str, Any]) -> int | None:
    """The number of a write or transaction.

    Raises:
        StoreError: it is no int64 (14), or comes without a session (72).
    """
    number = body.get("txnNumber")
    if number is None:
        return None
    if not isinstance(number, int | Int64):
        raise type_mismatch("BSON field 'txnNumber' must be a long")
    if body.get("lsid") is None:
        raise bad_value("Transaction number requires a session ID to also be specified")
    return int(number)
