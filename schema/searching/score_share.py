"""Why a word stands where it stands: the parts of its score."""

import strawberry

from resolvers.ranking.candidates import Part
from schema.costs import FREE
from schema.enums import described

described(Part, "What speaks for a word, or against it.")


@strawberry.type(description="What one part adds to a score.", directives=[FREE])
class ScoreShare:
    """A weighed part."""

    part: Part = strawberry.field(description="What is known of the word.")
    share: float = strawberry.field(
        description="What it adds, its weight included; negative where it counts against the word."
    )
