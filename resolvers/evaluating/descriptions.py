"""Descriptions whose words are known, as files have them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bson import ObjectId

from documents.library import LibraryDocument
from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.errors import RequestError

# All descriptions of a file, whatever part they are of.
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Description:
    """A description, and the words that answer it, normalized.

    Attributes:
        splits: the parts of the file it is of. Where the file says that some words are in no
            library, those that are make a part of their own.
    """

    text: str
    words: frozenset[str]
    splits: tuple[str, ...]


def read_descriptions(path: Path) -> list[Description]:
    """Lines of `{"word", "definition", "acceptable"?, "split"?, "reachable"?}`.

    Raises:
        RequestError: a line is not of this form, or there is none.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            words = [row["word"], *row.get("acceptable", [])]
            split = str(row.get("split", WHOLE))
            reachable = [f"{split}, reachable"] if row.get("reachable") else []
            splits = tuple(dict.fromkeys([WHOLE, split, *reachable]))
            words_of = frozenset(map(normalize_headword, words))
            found.append(Description(str(row["definition"]), words_of, splits))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RequestError(
                f'Line {number} of {path} is not of the form {{"word": …, "definition": …}}.'
            ) from None
    if not found:
        raise RequestError(f"{path} holds no descriptions.")
    return found


async def words_that_answer(
    context: Context, libraries: Sequence[LibraryDocument], description: Description
) -> frozenset[ObjectId]:
    """The words of these libraries that have a right headword."""
    found = context.services.database["words"].find(
        {
            "library_id": {"$in": [library.id for library in libraries]},
            "normalized": {"$in": sorted(description.words)},
        },
        {"_id": 1},
    )
    return frozenset([row["_id"] async for row in found])
