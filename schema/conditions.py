"""Conditions on single fields, of which filters are made; all that is given in one must hold."""

import strawberry
from strawberry.scalars import JSON

from documents.database import Row
from documents.text import normalize_headword
from documents.vocabulary import FrequencyBand, PartOfSpeech, Register
from resolvers.reading.filters import number_condition, text_condition
from resolvers.reading.metadata_filter import MetadataTest, metadata_condition

EQUAL = "It is this."
AMONG = "It is one of these, of which there are at most 100."
EXISTS = "Whether there is one at all."


@strawberry.input(description="What a headword is, without regard to case and width.")
class HeadwordCondition:
    """Served by the alphabetical database index."""

    eq: str | None = strawberry.field(default=None, description=EQUAL)
    in_: list[str] | None = strawberry.field(name="in", default=None, description=AMONG)
    prefix: str | None = strawberry.field(default=None, description="It starts like this.")

    def query(self, path: str) -> Row:
        """The store's filter."""
        return text_condition(path, self.eq, self.in_, self.prefix, fold=normalize_headword)


@strawberry.input(description="What a label is, letter by letter; of a list, what some member is.")
class LabelCondition:
    """Keys, language tags, domains, tags, sources."""

    eq: str | None = strawberry.field(default=None, description=EQUAL)
    in_: list[str] | None = strawberry.field(name="in", default=None, description=AMONG)
    prefix: str | None = strawberry.field(default=None, description="It starts like this.")
    exists: bool | None = strawberry.field(default=None, description=EXISTS)

    def query(self, path: str) -> Row:
        """The store's filter."""
        return text_condition(path, self.eq, self.in_, self.prefix, self.exists)


@strawberry.input(description="What a part of speech is; of a list, what some member is.")
class PartOfSpeechCondition:
    """A closed vocabulary."""

    eq: PartOfSpeech | None = strawberry.field(default=None, description=EQUAL)
    in_: list[PartOfSpeech] | None = strawberry.field(name="in", default=None, description=AMONG)
    exists: bool | None = strawberry.field(default=None, description=EXISTS)

    def query(self, path: str) -> Row:
        """The store's filter."""
        return text_condition(path, self.eq, self.in_, exists=self.exists)


@strawberry.input(description="What a frequency band is.")
class FrequencyBandCondition:
    """A closed vocabulary."""

    eq: FrequencyBand | None = strawberry.field(default=None, description=EQUAL)
    in_: list[FrequencyBand] | None = strawberry.field(name="in", default=None, description=AMONG)
    exists: bool | None = strawberry.field(default=None, description=EXISTS)

    def query(self, path: str) -> Row:
        """The store's filter."""
        return text_condition(path, self.eq, self.in_, exists=self.exists)


@strawberry.input(description="What a register is.")
class RegisterCondition:
    """A closed vocabulary."""

    eq: Register | None = strawberry.field(default=None, description=EQUAL)
    in_: list[Register] | None = strawberry.field(name="in", default=None, description=AMONG)
    exists: bool | None = strawberry.field(default=None, description=EXISTS)

    def query(self, path: str) -> Row:
        """The store's filter."""
        return text_condition(path, self.eq, self.in_, exists=self.exists)


@strawberry.input(description="What a whole number is.")
class IntCondition:
    """Positions and the like."""

    eq: int | None = strawberry.field(default=None, description=EQUAL)
    in_: list[int] | None = strawberry.field(name="in", default=None, description=AMONG)
    gte: int | None = strawberry.field(default=None, description="It is this or more.")
    lte: int | None = strawberry.field(default=None, description="It is this or less.")

    def query(self, path: str) -> Row:
        """The store's filter."""
        return number_condition(path, self.eq, self.in_, self.gte, self.lte)


@strawberry.input(
    description="What stands at one place of the metadata: compared with texts, numbers, true and"
    " false, each with its own kind only. No database index serves it: combine it with one that is."
)
class MetadataCondition:
    """A path into a JSON object, and tests of what stands there."""

    path: list[str] = strawberry.field(
        description='The names that lead to the place, such as ["exam", "level"]; nine at most.'
    )
    exists: bool | None = strawberry.field(
        default=None, description="Whether anything stands there, null included."
    )
    eq: JSON | None = strawberry.field(default=None, description=EQUAL)
    in_: list[JSON] | None = strawberry.field(name="in", default=None, description=AMONG)
    contains: JSON | None = strawberry.field(
        default=None, description="It is a list with this member."
    )
    gt: JSON | None = strawberry.field(default=None, description="It is more than this.")
    gte: JSON | None = strawberry.field(default=None, description="It is this or more.")
    lt: JSON | None = strawberry.field(default=None, description="It is less than this.")
    lte: JSON | None = strawberry.field(default=None, description="It is this or less.")

    def query(self) -> Row:
        """The store's filter."""
        ranges = (("gt", self.gt), ("gte", self.gte), ("lt", self.lt), ("lte", self.lte))
        return metadata_condition(
            MetadataTest(self.path, self.exists, self.eq, self.in_, self.contains, ranges)
        )
