"""The documents that whoever runs the server has laid down, read at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import orjson
from graphql import GraphQLError, GraphQLSchema, parse, validate

from infra.errors import LexigraphError


class TrustedDocumentsError(LexigraphError):
    """A trusted document cannot be read, or does not fit the schema."""

    code: ClassVar[str] = "TRUSTED_DOCUMENTS_UNUSABLE"


def load_trusted_documents(place: Path, schema: GraphQLSchema) -> Mapping[str, str]:
    """Read documents by their ids.

    Args:
        place: a folder, where the id of `browse.graphql` is `browse`; or a JSON file of ids and
            documents, as Relay and the client preset of GraphQL Code Generator write it.
        schema: what the documents are meant for.

    Raises:
        TrustedDocumentsError: names what is wrong, and where.
    """
    try:
        documents = _read_folder(place) if place.is_dir() else _read_manifest(place)
    except (OSError, UnicodeDecodeError) as error:
        raise TrustedDocumentsError(f"Trusted documents cannot be read: {error}.") from error
    for name, text in documents.items():
        _check(name, text, schema)
    return documents


def _read_folder(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.graphql"))}


def _read_manifest(file: Path) -> dict[str, str]:
    try:
        manifest = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise TrustedDocumentsError(f"{file} is not JSON: {error}.") from error
    is_flat = isinstance(manifest, dict) and all(
        isinstance(each, str) for each in manifest.values()
    )
    if not is_flat:
        raise TrustedDocumentsError(f"{file} must be one JSON object of ids and documents.")
    documents: dict[str, str] = manifest
    return documents


def _check(name: str, text: str, schema: GraphQLSchema) -> None:
    try:
        errors = validate(schema, parse(text))
    except GraphQLError as error:
        errors = [error]
    if errors:
        raise TrustedDocumentsError(f"Trusted document {name!r}: {errors[0].message}")
