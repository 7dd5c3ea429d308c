"""A small library that mutations are tried on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Ask = Callable[..., Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Garden:
    """Global ids of what is there: two words, of which the rose has all that hangs on a word."""

    id: str
    rose: str
    tulip: str
    flower: str
    example: str


PLANT = """
mutation ($key: String!) {
  createLibraries(input: {items: {key: $key, name: "Garden"}}) { results { id } }
  createWords(input: {library: $key, items: [
    {text: "rose", etymology: "From Latin.", tags: ["red"], metadata: {bed: 3}, definitions: [
      {text: "A flower.", key: "rose-1", source: "A garden book.",
       examples: [{text: "A red rose."}]}]}
    {text: "tulip"}]}) {
    results { id node { definitions { nodes { id examples { nodes { id } } } } } } } }
"""


async def plant(ask: Ask, key: str = "garden") -> Garden:
    """Make the library."""
    data = await ask(PLANT, key=key)
    rose, tulip = data["createWords"]["results"]
    (flower,) = rose["node"]["definitions"]["nodes"]
    (example,) = flower["examples"]["nodes"]
    return Garden(
        id=data["createLibraries"]["results"][0]["id"],
        rose=rose["id"],
        tulip=tulip["id"],
        flower=flower["id"],
        example=example["id"],
    )
