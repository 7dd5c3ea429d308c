"""How the embedded store fails: one exception, with MongoDB's numbers and names.

Every failure that a client may see is a `StoreError`. The functions below it build one per
error code, so that a code and its name are written down once:

    raise bad_value("unknown operator: $foo")          # 2 BadValue
    raise location(40353, "…")                          # Location40353, MongoDB's unnamed codes
    reply = error.document()                            # the command's reply

Anything else that escapes from the store is a fault of the store, not of its client.
Codes and names: MongoDB's `error_codes.yml`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

PARALLEL_ARRAYS: Final = 171
TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
RETRYABLE_WRITE = "RetryableWriteError"


class StoreError(Exception):
    """A failure as MongoDB reports it.

    Attributes:
        code: MongoDB's error number.
        code_name: its name, `LocationN` where MongoDB has none.
        message: what the client reads as `errmsg`.
        labels: error labels, such as `TransientTransactionError`.
        extra: further fields of the reply, such as `keyPattern` and `keyValue`.
    """

    def __init__(
        self,
        code: int,
        code_name: str,
        message: str,
        labels: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.code_name = code_name
        self.message = message
        self.labels = tuple(labels)
        self.extra = dict(extra or {})

    def document(self) -> dict[str, Any]:
        """The reply to a command that failed as a whole."""
        reply: dict[str, Any] = {
            "ok": 0.0,
            "errmsg": self.message,
            "code": self.code,
            "codeName": self.code_name,
            **self.extra,
        }
        if self.labels:
            reply["errorLabels"] = list(self.labels)
        return reply

    def write_error(self, index: int) -> dict[str, Any]:
        """The entry of `writeErrors` for the statement at `index`."""
        return {"index": index, "code": self.code, "errmsg": self.message, **self.extra}

    def concern_error(self) -> dict[str, Any]:
        """The `writeConcernError` beside the reply of a write that was done."""
        return {"code": self.code, "codeName": self.code_name, "errmsg": self.message}


def location(code: int, message: str) -> StoreError:
    """An error that MongoDB knows by number alone."""
    return StoreError(code, f"Location{code}", message)


def internal_error(message: str) -> StoreError:
    """The store itself failed (1)."""
    return StoreError(1, "InternalError", message)


def bad_value(message: str) -> StoreError:
    """A value that is out of place, or an unknown query operator (2)."""
    return StoreError(2, "BadValue", message)


def failed_to_parse(message: str) -> StoreError:
    """A malformed command, filter or update (9)."""
    return StoreError(9, "FailedToParse", message)


def unauthorized(message: str) -> StoreError:
    """An operation that is not allowed here (13)."""
    return StoreError(13, "Unauthorized", message)


def type_mismatch(message: str) -> StoreError:
    """A field of the wrong BSON type (14)."""
    return StoreError(14, "TypeMismatch", message)


def overflow(message: str) -> StoreError:
    """Bytes or nesting beyond the limits (15)."""
    return StoreError(15, "Overflow", message)


def illegal_operation(message: str) -> StoreError:
    """An operation that makes no sense in this state (20)."""
    return StoreError(20, "IllegalOperation", message)


def invalid_bson(message: str) -> StoreError:
    """Bytes that are not a BSON document (22)."""
    return StoreError(22, "InvalidBSON", message)


def namespace_not_found(message: str) -> StoreError:
    """No such collection (26)."""
    return StoreError(26, "NamespaceNotFound", message)


def index_not_found(message: str) -> StoreError:
    """No such index (27)."""
    return StoreError(27, "IndexNotFound", message)


def path_not_viable(message: str) -> StoreError:
    """An update path that runs through a value without fields (28)."""
    return StoreError(28, "PathNotViable", message)


def conflicting_update(path: str, earlier: str) -> StoreError:
    """Two parts of one update write to overlapping paths (40)."""
    message = f"Updating the path '{path}' would create a conflict at '{earlier}'"
    return StoreError(40, "ConflictingUpdateOperators", message)


def cursor_not_found(message: str) -> StoreError:
    """No such cursor (43)."""
    return StoreError(43, "CursorNotFound", message)


def namespace_exists(message: str) -> StoreError:
    """A collection of that name is there already (48)."""
    return StoreError(48, "NamespaceExists", message)


def max_time_expired(message: str = "operation exceeded time limit") -> StoreError:
    """`maxTimeMS` ran out (50)."""
    return StoreError(50, "MaxTimeMSExpired", message)


def dollar_prefixed_field(message: str) -> StoreError:
    """A stored field name may not start with a dollar sign here (52)."""
    return StoreError(52, "DollarPrefixedFieldName", message)


def invalid_id_field(message: str) -> StoreError:
    """A value that cannot be an `_id` (53)."""
    return StoreError(53, "InvalidIdField", message)


def not_single_value(message: str) -> StoreError:
    """An upsert cannot tell which value a field should have (54)."""
    return StoreError(54, "NotSingleValueField", message)


def empty_field_name(message: str) -> StoreError:
    """A path with an empty part (56)."""
    return StoreError(56, "EmptyFieldName", message)


def dotted_field_name(message: str) -> StoreError:
    """A dot where a plain field name is needed (57)."""
    return StoreError(57, "DottedFieldName", message)


def command_not_found(name: str) -> StoreError:
    """A command that the store does not have (59)."""
    return StoreError(59, "CommandNotFound", f"no such command: '{name}'")


def immutable_field(message: str) -> StoreError:
    """An update would change `_id` (66)."""
    return StoreError(66, "ImmutableField", message)


def cannot_create_index(message: str) -> StoreError:
    """An index that cannot be built (67)."""
    return StoreError(67, "CannotCreateIndex", message)


def invalid_options(message: str) -> StoreError:
    """Options that do not go together, or that the store does not have (72)."""
    return StoreError(72, "InvalidOptions", message)


def invalid_namespace(message: str) -> StoreError:
    """A bad database or collection name (73)."""
    return StoreError(73, "InvalidNamespace", message)


def index_options_conflict(message: str) -> StoreError:
    """The same index is there with other options (85)."""
    return StoreError(85, "IndexOptionsConflict", message)


def index_key_specs_conflict(message: str) -> StoreError:
    """An index of that name is there with other keys (86)."""
    return StoreError(86, "IndexKeySpecsConflict", message)


def write_conflict(message: str, labels: Sequence[str] = (TRANSIENT,)) -> StoreError:
    """Another transaction wrote the same document first (112)."""
    return StoreError(112, "WriteConflict", message, labels)


def command_not_supported(message: str) -> StoreError:
    """A known command that this deployment refuses (115)."""
    return StoreError(115, "CommandNotSupported", message)


def invalid_pipeline_operator(message: str) -> StoreError:
    """An unknown aggregation expression (168)."""
    return StoreError(168, "InvalidPipelineOperator", message)


def cannot_index_parallel_arrays(first: str, second: str) -> StoreError:
    """One compound index over two arrays of a document (171)."""
    message = f"cannot index parallel arrays [{second}] [{first}]"
    return StoreError(PARALLEL_ARRAYS, "CannotIndexParallelArrays", message)


def invalid_index_option(message: str) -> StoreError:
    """An unknown field in an index definition (197)."""
    return StoreError(197, "InvalidIndexSpecificationOption", message)


def no_such_session(message: str) -> StoreError:
    """The logical session is not there (206)."""
    return StoreError(206, "NoSuchSession", message)


def transaction_too_old(message: str) -> StoreError:
    """The session has seen a later transaction number (225)."""
    return StoreError(225, "TransactionTooOld", message)


def not_implemented(message: str) -> StoreError:
    """A feature of MongoDB that is outside the store's scope (238)."""
    return StoreError(238, "NotImplemented", message)


def conversion_failure(message: str) -> StoreError:
    """`$convert` and its kin could not convert a value (241)."""
    return StoreError(241, "ConversionFailure", message)


def no_such_transaction(message: str, labels: Sequence[str] = (TRANSIENT,)) -> StoreError:
    """The transaction is not running, or was aborted (251)."""
    return StoreError(251, "NoSuchTransaction", message, labels)


def transaction_committed(message: str) -> StoreError:
    """The transaction is committed already (256)."""
    return StoreError(256, "TransactionCommitted", message)


def not_in_transaction(message: str) -> StoreError:
    """The operation cannot run inside a transaction (263)."""
    return StoreError(263, "OperationNotSupportedInTransaction", message)


def conflicting_operation(message: str) -> StoreError:
    """The session is busy with something else under that number (117)."""
    return StoreError(117, "ConflictingOperationInProgress", message)


def unsatisfiable_write_concern(message: str) -> StoreError:
    """More copies are asked for than there are members (100)."""
    return StoreError(100, "UnsatisfiableWriteConcern", message)


def unknown_write_concern(message: str) -> StoreError:
    """A write concern by a name that nobody defined (79)."""
    return StoreError(79, "UnknownReplWriteConcern", message)


def no_match_to_merge() -> StoreError:
    """`$merge` may not insert, and found nothing to change (13113)."""
    message = "$merge could not find a matching document in the target collection"
    return StoreError(13113, "MergeStageNoMatchingDocument", message)


def not_in_view(message: str) -> StoreError:
    """A view cannot be defined like that (167)."""
    return StoreError(167, "OptionNotSupportedOnView", message)


def query_memory_exceeded(stage: str, limit_bytes: int) -> StoreError:
    """A stage would have to hold too much at once (292)."""
    message = (
        f"{stage} exceeded memory limit of {limit_bytes} bytes; use an index, $match or $limit"
    )
    return StoreError(292, "QueryExceededMemoryLimitNoDiskUseAllowed", message)


def search_not_enabled(name: str) -> StoreError:
    """A command or stage of Atlas Search, which MongoDB, too, has in Atlas alone (31082)."""
    message = f"{name} needs search indexes, which are a part of Atlas: they are not supported"
    return StoreError(31082, "SearchNotEnabled", message)


def missing_field(command: str, name: str) -> StoreError:
    """A command lacks a field that it needs (40414)."""
    message = f"BSON field '{command}.{name}' is missing but a required field"
    return StoreError(40414, "Location40414", message)


def invalid_length(message: str) -> StoreError:
    """A batch of no or too many statements (16)."""
    return StoreError(16, "InvalidLength", message)


def document_too_large(message: str) -> StoreError:
    """A document beyond 16 MiB (10334)."""
    return StoreError(10334, "BSONObjectTooLarge", message)


def duplicate_key(
    namespace: str, index: str, pattern: Mapping[str, Any], value: Mapping[str, Any]
) -> StoreError:
    """A unique index has that key already (11000)."""
    shown = ", ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    message = f"E11000 duplicate key error collection: {namespace} index: {index} dup key: "
    extra = {"keyPattern": dict(pattern), "keyValue": dict(value)}
    return StoreError(11000, "DuplicateKey", message + f"{{ {shown} }}", extra=extra)


def out_of_disk_space(message: str) -> StoreError:
    """The disk is full; nothing was written (14031)."""
    return StoreError(14031, "OutOfDiskSpace", message)


def unknown_field(command: str, name: str) -> StoreError:
    """A command option that the store does not know (40415)."""
    message = f"BSON field '{command}.{name}' is an unknown field."
    return StoreError(40415, "Location40415", message)


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
