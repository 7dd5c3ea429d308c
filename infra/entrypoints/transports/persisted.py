"""Documents that clients name instead of sending: registered by them (APQ), or trusted.

Automatic persisted queries follow Apollo's protocol: a client sends the SHA-256 of a document; if
it is not known, the answer says PERSISTED_QUERY_NOT_FOUND and the client sends both. Trusted
documents are those that whoever runs the server has laid down; they may be the only ones allowed.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import ClassVar

from infra.cache import Cache
from infra.entrypoints.transports.refusal import bad_request
from infra.entrypoints.transports.request import OperationRequest
from infra.errors import LexigraphError

# Registered by anybody: their size and number (the cache's) bound the memory they take.
MOST_CHARACTERS = 20_000
TTL_SECONDS = 24 * 3600

SHA256 = re.compile(r"[0-9a-f]{64}")


class PersistedQueryNotFoundError(LexigraphError):
    """The hash is not known yet; clients of the protocol send the document, too."""

    code: ClassVar[str] = "PERSISTED_QUERY_NOT_FOUND"


class DocumentNotTrustedError(LexigraphError):
    """The document is not one of those that this server answers, or its name is not known."""

    code: ClassVar[str] = "DOCUMENT_NOT_TRUSTED"


class PersistedDocuments:
    """Finds the text of a request's document.

    Args:
        cache: where registered documents are.
        trusted: texts by the names that clients may use.
        only_trusted: whether all others are refused.
    """

    def __init__(self, cache: Cache, trusted: Mapping[str, str], *, only_trusted: bool) -> None:
        self._cache = cache
        self._trusted = dict(trusted)
        self._only_trusted = only_trusted
        for text in trusted.values():
            self._trusted.setdefault(hash_of(text), text)

    async def find(self, request: OperationRequest) -> str:
        """The text of the document that is to be run.

        Raises:
            DocumentNotTrustedError: only trusted documents are answered, and it is none of them.
            PersistedQueryNotFoundError: it was named by a hash that nobody has registered.
            RefusedError: the request names no document, or contradicts itself.
        """
        name = request.document_id or registered_hash(request)
        if not request.query:
            if not name:
                raise bad_request("The request has no `query`.")
            return await self._named(name, is_hash=request.document_id is None)
        if request.document_id:
            raise bad_request("Send a `query` or a `documentId`, not both.")
        if name and name != hash_of(request.query):
            raise bad_request("The sha256Hash is not that of the query.")
        if self._only_trusted and hash_of(request.query) not in self._trusted:
            raise _not_trusted()
        return request.query

    async def register(self, request: OperationRequest) -> None:
        """Remember the document of a request that ran, if its client wants to name it next time."""
        text, name = request.query, registered_hash(request)
        if text and name and name not in self._trusted and len(text) <= MOST_CHARACTERS:
            await self._cache.set(_key(name), text.encode(), TTL_SECONDS)

    async def _named(self, name: str, *, is_hash: bool) -> str:
        text = self._trusted.get(name.removeprefix("sha256:"))
        if text is not None:
            return text
        if self._only_trusted or not is_hash:
            raise _not_trusted()
        registered = await self._cache.get(_key(name))
        if registered is None:
            # Apollo's clients look for this very message.
            raise PersistedQueryNotFoundError("PersistedQueryNotFound")
        return registered.decode()


def registered_hash(request: OperationRequest) -> str | None:
    """The hash in a request's extensions, if there is one.

    Raises:
        RefusedError: it is not of version 1, or no SHA-256.
    """
    persisted = (request.extensions or {}).get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise bad_request("`extensions.persistedQuery` must be {version: 1, sha256Hash}.")
    name = persisted.get("sha256Hash")
    if not isinstance(name, str) or not SHA256.fullmatch(name):
        raise bad_request("`sha256Hash` must be 64 hexadecimal digits in small letters.")
    return name


def hash_of(text: str) -> str:
    """The name that every document has: its SHA-256."""
    return sha256(text.encode()).hexdigest()


def _key(name: str) -> str:
    return f"document:{name}"


def _not_trusted() -> DocumentNotTrustedError:
    return DocumentNotTrustedError(
        "This is none of the documents that the server trusts: name one of these by its id or hash."
    )
