"""Identifiers: one alias, and the one place where ids are derived."""

from hashlib import blake2b
from uuid import uuid4

from beanie import PydanticObjectId
from bson import ObjectId

DocumentId = PydanticObjectId


def derive_id(library_id: ObjectId, kind: str, key: str) -> DocumentId:
    """The id that an imported document has in a library, whenever it is imported.

    A relation can so point at a definition that is still to come. 96 bits of BLAKE2b: among 10⁹
    documents a collision has a probability of 10⁻¹¹.
    """
    material = b"\0".join((library_id.binary, kind.encode(), key.encode()))
    return DocumentId(blake2b(material, digest_size=12).digest())


def new_key() -> str:
    """A key for what no source names."""
    return uuid4().hex
