"""What one operation may ask for at most: the part of the settings that GraphQL itself needs."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

SWITCH = "true or false"
COUNT = "a whole number, at least 1"

Count = Annotated[int, Field(ge=1)]


def setting(default: object, purpose: str, *, allowed: str) -> Any:
    """Declare a setting; `purpose` and `allowed` are what docs and error messages say about it."""
    return Field(default=default, description=purpose, json_schema_extra={"allowed": allowed})


def limit(default: int, purpose: str) -> Any:
    """Declare a count that must not be exceeded."""
    return setting(default, purpose, allowed=COUNT)


class OperationLimits(BaseModel):
    """Found before anything runs; all but the last four are found once for a document."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    introspection: bool = setting(
        True, "Let clients read the schema; without it errors suggest no names.", allowed=SWITCH
    )
    max_tokens: Count = limit(5_000, "Words and signs of a document.")
    # Parser and executor recurse: Python ends them at some 300.
    max_nesting: Annotated[int, Field(ge=1, le=100)] = setting(
        100,
        "Brackets within brackets of a document, selections within selections.",
        allowed="a whole number from 1 to 100",
    )
    # Four relations away from a word, with connections spelt out by edges and nodes.
    max_depth: Count = limit(25, "Fields within fields.")
    # GraphiQL's introspection has a tenth of it.
    max_fields: Count = limit(2_000, "Fields of an operation with its fragments written out.")
    max_aliases: Count = limit(200, "Aliases of an operation with its fragments written out.")
    # Validation compares each pair of them.
    max_repeats: Count = limit(50, "Times that one selection may name the same field.")
    max_directives: Count = limit(200, "Directives of a document.")
    max_fragments: Count = limit(100, "Fragments of a document.")
    max_operations: Count = limit(25, "Operations of a document.")
    max_variable_values: Count = limit(100_000, "Values in the variables, nested ones included.")
    max_variable_nesting: Annotated[int, Field(ge=1, le=100)] = setting(
        30,
        "Lists and objects within each other in the variables.",
        allowed="a whole number from 1 to 100",
    )
    max_list_items: Count = limit(10_000, "Items of one list in the variables.")
    max_cost: Count = limit(150_000, "Price of an operation; see docs/operations.md.")
