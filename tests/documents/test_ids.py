from bson import ObjectId

from documents.definition import definition_id
from documents.ids import derive_id, new_key


def test_a_derived_id_is_the_same_at_every_import() -> None:
    library = ObjectId("64b000000000000000000001")
    assert derive_id(library, "definition", "sense-1") == derive_id(
        library, "definition", "sense-1"
    )


def test_derived_ids_differ_between_libraries_kinds_and_keys() -> None:
    one, two = ObjectId(), ObjectId()
    ids = {
        derive_id(one, "definition", "a"),
        derive_id(two, "definition", "a"),
        derive_id(one, "example", "a"),
        derive_id(one, "definition", "b"),
        derive_id(one, "definition", "a\0b"),
    }
    assert len(ids) == 5
    assert definition_id(one, "a") in ids


def test_new_keys_never_repeat() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000
