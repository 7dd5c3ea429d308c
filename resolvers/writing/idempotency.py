"""Calls that carry an idempotency key: the second is answered with what came of the first.

The record is written in the transaction of the call, so it is there exactly if the call's effects
are. A call that was refused leaves no record: corrected, it may be sent with the same key.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import blake2b
from typing import Any

from pymongo.asynchronous.client_session import AsyncClientSession

from documents.base import EntityKind
from documents.database import Row
from documents.idempotency_key import IdempotencyKeyDocument
from documents.ids import DocumentId
from documents.unit_of_work import stored
from resolvers.errors import UserError, UserErrorCode
from resolvers.limits import IDEMPOTENCY_HOURS, IDEMPOTENCY_KEY_LIMIT
from resolvers.writing.checks import Spot, text
from resolvers.writing.items import OMITTED, Reference
from resolvers.writing.result import BatchCall, BatchResult, ItemResult, ItemStatus

FIELD = ("idempotencyKey",)

_check = text(IDEMPOTENCY_KEY_LIMIT)


def check_key(key: str | None) -> list[UserError]:
    """What is wrong with a key."""
    errors: list[UserError] = []
    if key is not None:
        _check(Spot(errors, FIELD), key)
    return errors


class Idempotency:
    """One call with a key; without a key, nothing is looked up or kept."""

    def __init__(
        self, call: BatchCall[Any], library_id: DocumentId | None, verbs: Iterable[str]
    ) -> None:
        self._wanted = call.idempotency_key is not None
        self._library_id = library_id
        self._id = f"{library_id or ''}:{call.idempotency_key}"
        self._request_hash = _hash(call, verbs) if self._wanted else b""

    async def first_result(self, session: AsyncClientSession) -> BatchResult | None:
        """What came of the first call, or a refusal if that was another one."""
        if not self._wanted:
            return None
        collection = IdempotencyKeyDocument.get_pymongo_collection()
        # The store forgets expired keys once a minute.
        query = {"_id": self._id, "expires_at": {"$gt": datetime.now(UTC)}}
        row = await collection.find_one(query, session=session)
        if row is None:
            return None
        if row["request_hash"] != self._request_hash:
            return _mismatch()
        return _read(row["result"])

    async def keep(self, session: AsyncClientSession, result: BatchResult) -> bool:
        """Note what came of the call; says whether there was a key to note it under."""
        if self._wanted:
            record = IdempotencyKeyDocument(
                id=self._id,
                library_id=self._library_id,
                request_hash=self._request_hash,
                result=_written(result),
                expires_at=datetime.now(UTC) + timedelta(hours=IDEMPOTENCY_HOURS),
            )
            collection = IdempotencyKeyDocument.get_pymongo_collection()
            # An expired record may still be there.
            await collection.replace_one(
                {"_id": self._id}, stored(record), upsert=True, session=session
            )
        return self._wanted


def _hash(call: BatchCall[Any], verbs: Iterable[str]) -> bytes:
    """Equal for calls that ask for the same."""
    request = [list(verbs), call.library, call.error_policy.value, _plain(list(call.items))]
    return blake2b(json.dumps(request, sort_keys=True).encode(), digest_size=16).digest()


def _plain(value: object) -> object:
    match value:
        case Reference():
            return value.text
        case Enum():
            return value.value
        case list() | tuple():
            return [_plain(member) for member in value]
        case _ if is_dataclass(value):
            given = {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
            return {name: _plain(each) for name, each in given.items() if each is not OMITTED}
        case _:
            return value


def _mismatch() -> BatchResult:
    message = (
        "Another request was sent with this key: use a new key for each request, "
        "and the same only to send it again."
    )
    return BatchResult((), (UserError(UserErrorCode.IDEMPOTENCY_MISMATCH, message, FIELD),))


def _written(result: BatchResult) -> Row:
    return {
        "sequence": result.sequence,
        "results": [asdict(each) for each in result.results],
    }


def _read(row: Row) -> BatchResult:
    return BatchResult.of(tuple(map(_read_item, row["results"])), row["sequence"])


def _read_item(row: Row) -> ItemResult:
    given = row | {
        "kind": EntityKind(row["kind"]),
        "status": ItemStatus(row["status"]),
        "id": None if row["id"] is None else DocumentId(row["id"]),
        "errors": tuple(map(_read_error, row["errors"])),
    }
    return ItemResult(**given)


def _read_error(row: Row) -> UserError:
    code = UserErrorCode(row["code"])
    return UserError(code, row["message"], tuple(row["field"]), row["index"])
