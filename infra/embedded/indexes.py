"""Index definitions, and the entries that a document has in an index.

A text index is kept and listed, because models name them when they start, and nothing else: it has
no entries, and `$text`, the only query that could use it, is refused.
Refused by name are the kinds this store does not have: 2d, 2dsphere, hashed and wildcard indexes,
collations other than simple, hidden indexes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from infra.embedded.bson_types import (
    MISSING,
    UNDEFINED,
    Document,
    equal,
    is_nan,
    is_number,
    python_number,
)
from infra.embedded.errors import (
    StoreError,
    cannot_create_index,
    duplicate_key,
    index_key_specs_conflict,
    index_options_conflict,
    invalid_index_option,
    type_mismatch,
)
from infra.embedded.keys import encode_key
from infra.embedded.matcher import compile_filter
from infra.embedded.paths import Path, index_entries, split_path

ID_INDEX: Final = "_id_"
MAX_INDEXES: Final = 64
_MAX_FIELDS: Final = 32
_MAX_EXPIRE_SECONDS: Final = 2**31 - 1
# Fields that change nothing here: the version of the index format, and how it is built.
_MEANINGLESS: Final = frozenset({"v", "background", "ns"})
# The key under which MongoDB lists the fields of a text index.
_TEXT_KEY: Final[Document] = {"_fts": "text", "_ftsx": 1}
_KNOWN: Final = _MEANINGLESS | {
    "key",
    "name",
    "unique",
    "sparse",
    "partialFilterExpression",
    "expireAfterSeconds",
    "collation",
    "hidden",
}


class Entries(NamedTuple):
    """The entries of one document in one index.

    Attributes:
        keys: each with the values it was made of.
        multikey: a bit for each field that has met an array.
    """

    keys: Mapping[bytes, Sequence[Any]]
    multikey: int


@dataclass(frozen=True, slots=True)
class Index:
    """One index of a collection.

    Attributes:
        fields: dotted paths, and `paths` the same in parts.
        directions: 1 or -1, one per field.
        roots: the first parts of the paths.
        admits: whether a document is in a partial index; None when every document is.
        multikey: a bit for each field that holds an array.
        definition: as `listIndexes` shows it.
    """

    id: int
    name: str
    fields: tuple[str, ...]
    paths: tuple[Path, ...]
    directions: tuple[int, ...]
    roots: frozenset[str]
    unique: bool
    sparse: bool
    partial: Document | None
    admits: Callable[[Mapping[str, Any]], bool] | None
    expire_after_seconds: float | None
    multikey: int
    definition: Document

    @property
    def is_text(self) -> bool:
        """Whether nothing can be read with it."""
        return not self.fields

    @property
    def pattern(self) -> Document:
        """The key pattern as the client wrote it."""
        pattern: Document = self.definition["key"]
        return pattern

    def entries(self, document: Document) -> "Entries":
        """What a document has in this index.

        Raises:
            StoreError: two of the fields are arrays (171).
        """
        if self.is_text:
            return Entries({}, multikey=0)
        if self.admits is not None and not self.admits(document):
            return Entries({}, multikey=0)
        found = index_entries(document, self.paths, sparse=self.sparse)
        keys = {encode_key(values, self.directions): values for values in found.values}
        return Entries(keys, found.multikey)

    def duplicate(self, namespace: str, values: Sequence[Any]) -> StoreError:
        """The error of a second document with these values."""
        shown = {
            name: None if value is MISSING or value is UNDEFINED else value
            for name, value in zip(self.fields, values, strict=True)
        }
        return duplicate_key(namespace, self.name, self.pattern, shown)


def index_from_definition(number: int, definition: Document, *, multikey: int) -> Index:
    """Make an index out of a definition that was checked before it was stored."""
    partial = definition.get("partialFilterExpression")
    expiry = definition.get("expireAfterSeconds")
    key: Document = {} if "weights" in definition else definition["key"]
    return Index(
        id=number,
        name=definition["name"],
        fields=tuple(key),
        paths=tuple(split_path(path) for path in key),
        directions=tuple(1 if python_number(direction) > 0 else -1 for direction in key.values()),
        roots=frozenset(path.partition(".")[0] for path in key),
        unique=bool(definition.get("unique")) or definition["name"] == ID_INDEX,
        sparse=bool(definition.get("sparse")),
        partial=partial,
        admits=None if partial is None else compile_filter(partial).matches,
        expire_after_seconds=None if expiry is None else float(python_number(expiry)),
        multikey=multikey,
        definition=definition,
    )


def check_definition(given: object) -> Document:
    """The definition to store for one item of `createIndexes`.

    Raises:
        StoreError: 67 for an index that cannot be, 197 for an unknown option, 14 for a wrong type.
    """
    if not isinstance(given, dict):
        raise type_mismatch("each index specification must be an object")
    for option in given:
        if option not in _KNOWN:
            raise invalid_index_option(
                f"The field '{option}' is not valid for an index specification. "
                f"Specification: {given}"
            )
    pattern = _check_pattern(given.get("key"))
    definition: Document = {"v": 2, "key": pattern, "name": _check_name(given, pattern)}
    _rewrite_text(definition, given)
    if given.get("hidden"):
        raise cannot_create_index("hidden indexes are not supported")
    if given.get("collation", {"locale": "simple"}) != {"locale": "simple"}:
        raise cannot_create_index("collations other than simple are not supported")
    for option in ("unique", "sparse"):
        if _flag(given, option):
            definition[option] = True
    if "background" in given:
        definition["background"] = given["background"]
    _add_partial_filter(definition, given)
    _add_expiry(definition, given)
    return _check_id_index(definition)


def _check_pattern(pattern: object) -> Document:
    if not isinstance(pattern, dict):
        raise type_mismatch("The field 'key' must be an object")
    if not 0 < len(pattern) <= _MAX_FIELDS:
        raise cannot_create_index(f"Index keys must have 1 to {_MAX_FIELDS} fields")
    for path, direction in pattern.items():
        if not path or any(not part for part in path.split(".")):
            raise cannot_create_index("Index keys cannot contain an empty field")
        if any(part.startswith("$") for part in path.split(".")):
            raise cannot_create_index(
                f"Index key contains an illegal field name: '{path}' (wildcards are not supported)"
            )
        if direction == "text":
            continue
        if isinstance(direction, str):
            raise cannot_create_index(f"indexes of the kind '{direction}' are not supported")
        number = python_number(direction) if is_number(direction) else 0
        if not number or is_nan(number):
            raise cannot_create_index(
                f"Values in the index key pattern must be numbers other than 0: '{path}'"
            )
    return dict(pattern)


def _rewrite_text(definition: Document, given: Document) -> None:
    """List the fields of a text index as MongoDB does: as weights, and as one pair of keys."""
    pattern = definition["key"]
    searched = [path for path, kind in pattern.items() if kind == "text"]
    if not searched:
        return
    if given.get("unique") or "expireAfterSeconds" in given:
        raise cannot_create_index("a text index is neither unique nor does it expire documents")
    paths = list(pattern)
    first = paths.index(searched[0])
    if paths[first : first + len(searched)] != searched:
        raise cannot_create_index("the text fields of an index must stand side by side")
    before = {path: pattern[path] for path in paths[:first]}
    after = {path: pattern[path] for path in paths[first + len(searched) :]}
    definition["key"] = before | _TEXT_KEY | after
    definition |= {"weights": dict.fromkeys(sorted(searched), 1), "default_language": "english"}
    definition |= {"language_override": "language", "textIndexVersion": 3}


def _check_name(given: Document, pattern: Document) -> str:
    name = given.get("name", "_".join(f"{path}_{way}" for path, way in pattern.items()))
    if not isinstance(name, str):
        raise type_mismatch("The field 'name' must be a string")
    if not name or "\x00" in name or name == "*":
        raise cannot_create_index(f"The index name '{name}' is not valid")
    return name


def _flag(given: Document, option: str) -> bool:
    value = given.get(option, False)
    if not isinstance(value, bool) and not is_number(value):
        raise type_mismatch(f"The field '{option}' has a value that is not convertible to bool")
    return bool(value)


def _add_partial_filter(definition: Document, given: Document) -> None:
    if "partialFilterExpression" not in given:
        return
    partial = given["partialFilterExpression"]
    if not isinstance(partial, dict):
        raise type_mismatch("The field 'partialFilterExpression' must be an object")
    if definition.get("sparse"):
        raise cannot_create_index('cannot mix "partialFilterExpression" and "sparse" options')
    compile_filter(partial)
    definition["partialFilterExpression"] = partial


def _add_expiry(definition: Document, given: Document) -> None:
    if "expireAfterSeconds" not in given:
        return
    seconds = given["expireAfterSeconds"]
    if not is_number(seconds):
        raise type_mismatch("The field 'expireAfterSeconds' must be a number")
    if not 0 <= python_number(seconds) <= _MAX_EXPIRE_SECONDS:
        raise cannot_create_index(
            f"TTL index 'expireAfterSeconds' must be within 0 and {_MAX_EXPIRE_SECONDS}"
        )
    if len(definition["key"]) > 1:
        raise cannot_create_index("TTL indexes are single-field indexes, compound indexes are not")
    definition["expireAfterSeconds"] = seconds


def _check_id_index(definition: Document) -> Document:
    if list(definition["key"]) != ["_id"]:
        if definition["name"] == ID_INDEX:
            raise cannot_create_index("The index name '_id_' is reserved for the _id index")
        return definition
    if set(definition) - {"v", "key", "name"}:
        raise cannot_create_index("The _id index takes no options")
    return definition | {"name": ID_INDEX}


def is_same_index(existing: Index, wanted: Document) -> bool:
    """Whether an index is there already.

    Raises:
        StoreError: one of that name has other keys (86), or one with those keys has another name or
            other options (85).
    """
    same_name = existing.name == wanted["name"]
    same_keys = list(existing.pattern.items()) == list(wanted["key"].items())
    same_keys = same_keys and existing.definition.get("weights") == wanted.get("weights")
    same_partial = equal(existing.partial, wanted.get("partialFilterExpression"))
    shown = f"Requested index: {wanted}, existing index: {existing.definition}"
    if not same_keys or not same_partial:
        if same_name:
            raise index_key_specs_conflict(
                "An existing index has the same name as the requested index. " + shown
            )
        return False
    options = ("unique", "sparse", "expireAfterSeconds")
    if any(existing.definition.get(name) != wanted.get(name) for name in options):
        raise index_options_conflict(
            "An equivalent index already exists with the same name but different options. " + shown
        )
    if not same_name:
        raise index_options_conflict(f"Index already exists with a different name: {existing.name}")
    return True
