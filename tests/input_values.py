"""Values for the inputs of the schema, made from their types: new mutations are covered, too."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
)

Path = tuple[str, ...]

# Texts that must be of a certain form, by their fields.
TEXTS = {
    "language": "en",
    "key": "a-key",
    "library": "garden",
    "op": "add",
    "path": "/metadata",
    "from": "/metadata",
    "sourceUrl": "https://example.org",
}
NUMBERS = {"homograph": 7, "expectedVersion": None, "size": 5, "overlap": 1, "level": 2}
# Kinds of what ids name, where the field's name does not say it.
KINDS = {"targetId": "Definition"}
# Stop where inputs could nest for ever.
DEEPEST = 6


@dataclass(frozen=True)
class Place:
    """A leaf of an input: where it is, what it holds and of what type it is."""

    path: Path
    type_name: str
    # What an id names.
    kind: str = ""


@dataclass(frozen=True)
class Item:
    """One item of a mutation with every field given: where its leaves are, and what may be null."""

    value: dict[str, Any]
    places: tuple[Place, ...]
    nullable: tuple[Path, ...]

    def places_of(self, *type_names: str) -> list[Place]:
        return [place for place in self.places if place.type_name in type_names]

    def place(self, name: str) -> Place | None:
        """The place of the item's own field of that name."""
        found = [place for place in self.places if place.path[-1] == name]
        return min(found, key=lambda place: len(place.path), default=None)

    def with_value(self, path: Path, value: object) -> dict[str, Any]:
        changed: dict[str, Any] = _put(self.value, path, value)
        return changed


@dataclass(frozen=True)
class Mutation:
    """A field of the root: every kind of item that it takes."""

    name: str
    input_type: str
    item_type: str
    in_library: bool
    items: tuple[Item, ...]


def mutations_of(schema: GraphQLSchema, ids: dict[str, str]) -> list[Mutation]:
    """All mutations of items; `ids` names an entity of each type."""
    return [
        _mutation(name, type_, ids) for name, type_ in _inputs(schema) if "items" in type_.fields
    ]


def whole_inputs(schema: GraphQLSchema, ids: dict[str, str]) -> dict[str, tuple[str, Item]]:
    """What all other mutations take, by their names: the type of their input, and a whole one."""
    return {
        name: (type_.name, next(_items(type_, "Job", ids)))
        for name, type_ in _inputs(schema)
        if "items" not in type_.fields
    }


def _inputs(schema: GraphQLSchema) -> list[tuple[str, GraphQLInputObjectType]]:
    assert schema.mutation_type
    fields = schema.mutation_type.fields.items()
    return [(name, _unwrapped(field.args["input"].type)) for name, field in fields]


def _mutation(name: str, batch: GraphQLInputObjectType, ids: dict[str, str]) -> Mutation:
    item_type = _unwrapped(batch.fields["items"].type)
    assert isinstance(item_type, GraphQLInputObjectType)
    verb = next(each for each in ("create", "update", "patch", "upsert", "delete", "apply")
                if name.startswith(each))  # fmt: skip
    noun = _singular(name.removeprefix(verb))
    return Mutation(
        name,
        batch.name,
        item_type.name,
        "library" in batch.fields,
        tuple(_items(item_type, noun, ids)),
    )


def _items(type_: GraphQLInputObjectType, noun: str, ids: dict[str, str]) -> Iterator[Item]:
    if _is_one_of(type_):
        for name, field in type_.fields.items():
            inner = _unwrapped(field.type)
            assert isinstance(inner, GraphQLInputObjectType)
            about = name.lstrip("abcdefghijklmnopqrstuvwxyz")
            maker = _Maker(ids, about)
            value = maker.make_object(inner, (name,))
            yield Item({name: value}, tuple(maker.places), tuple(maker.nullable))
    else:
        maker = _Maker(ids, noun)
        value = maker.make_object(type_, ())
        yield Item(value, tuple(maker.places), tuple(maker.nullable))


class _Maker:
    def __init__(self, ids: dict[str, str], noun: str) -> None:
        self.places: list[Place] = []
        self.nullable: list[Path] = []
        self._ids = ids
        self._noun = noun

    def make_object(self, type_: GraphQLInputObjectType, path: Path) -> dict[str, Any]:
        fields = list(type_.fields.items())
        one_of = _is_one_of(type_)
        if one_of:
            fields = fields[:1]
        return {
            name: self._make(field.type, (*path, name), may_be_null=not one_of)
            for name, field in fields
            if len(path) < DEEPEST
        }

    def _make(self, type_: GraphQLInputType, path: Path, *, may_be_null: bool) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._make_some(type_.of_type, path)
        if may_be_null:
            self.nullable.append(path)
        return self._make_some(type_, path)

    def _make_some(self, type_: GraphQLInputType, path: Path) -> Any:
        if isinstance(type_, GraphQLList):
            return [self._make_some(_bare(type_.of_type), (*path, "0"))]
        if isinstance(type_, GraphQLInputObjectType):
            return self.make_object(type_, path)
        if isinstance(type_, GraphQLEnumType):
            return next(iter(type_.values))
        name = next(step for step in reversed(path) if not step.isdigit())
        kind = self._kind(name) if type_.name == "ID" else ""
        self.places.append(Place(path, type_.name, kind))
        return self._ids[kind] if kind else self._leaf(type_.name, name)

    def _leaf(self, type_name: str, name: str) -> Any:
        match type_name:
            case "String":
                return TEXTS.get(name, f"some {name}")
            case "Int":
                return NUMBERS.get(name, 1)
            case "Float":
                return 0.9
            case "Boolean":
                return False
            case "JSON":
                return {"a": 1}
            case _:
                raise AssertionError(f"say what a valid {type_name} is, for {name}")

    def _kind(self, name: str) -> str:
        if name == "id":
            return self._noun
        return KINDS.get(name) or name.removesuffix("Id").capitalize()


def _put(value: Any, path: Path, new: object) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, list):
        return [_put(value[0], tuple(rest), new)]
    return value | {step: _put(value[step], tuple(rest), new)}


def _is_one_of(type_: GraphQLInputObjectType) -> bool:
    # Strawberry keeps it on its own definition.
    return bool(type_.extensions["strawberry-definition"].is_one_of)


def _bare(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _unwrapped(type_: Any) -> Any:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return type_


def _singular(plural: str) -> str:
    return "Library" if plural == "Libraries" else plural.removesuffix("s")
