"""What would break the clients of a released schema, and whether it was announced."""

from graphql import GraphQLSchema, find_breaking_changes


def unannounced_changes(released: GraphQLSchema, current: GraphQLSchema, notes: str) -> list[str]:
    """The breaking changes that the release notes do not tell.

    Args:
        released: what clients were made for.
        current: what they will meet.
        notes: of the release to come; a change is told by its description, letter by letter.
    """
    told = " ".join(notes.split())
    changes = [change.description for change in find_breaking_changes(released, current)]
    return [change for change in changes if change not in told]
