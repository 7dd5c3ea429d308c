"""BM25F: how much the words of a text say about it.

Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields (CIKM 2004). A term's
frequencies in the fields of a text are weighted, added up, and saturated once:

    frequency = sum over fields of  weight * count / (1 - b + b * length / usual_length)
    impact    = (k1 + 1) * frequency / (k1 + frequency)
    score     = sum over terms of   log(1 + (texts - df + 0.5) / (df + 0.5)) * impact

Lengths are compared with a usual one that is part of the recipe, where BM25 takes the average of
what is there: so the impact of a term in a text does not change when others come and go, and is
computed once.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vectorindex.errors import SettingError


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a text.

    Attributes:
        name: of the field.
        weight: how much a word in it counts; above 0.
        length_share: `b`, how much a long field makes each of its words count less; 0 to 1.
        usual_length: in tokens.
    """

    name: str
    weight: float = 1.0
    length_share: float = 0.75
    usual_length: float = 10.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Fields in their order, and `k1`: how soon a word that is repeated says nothing new."""

    fields: tuple[Field, ...]
    saturation: float = 1.2

    def __post_init__(self) -> None:
        """Refuse what no score comes of."""
        if not self.fields or self.saturation <= 0:
            raise SettingError("a recipe has at least one field, and a saturation above 0")
        for field in self.fields:
            if not (field.weight > 0 and 0 <= field.length_share <= 1 and field.usual_length > 0):
                raise SettingError(
                    f"field {field.name!r} needs a weight and a usual length above 0, and a"
                    " length_share from 0 to 1"
                )

    @property
    def measure(self) -> str:
        """Names the recipe in files."""
        fields = ",".join(
            f"{each.name}:{each.weight:g}:{each.length_share:g}:{each.usual_length:g}"
            for each in self.fields
        )
        return f"bm25f {self.saturation:g} {fields}"

    def contributions(
        self, fields: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(n,) what one occurrence adds to its term's frequency, by its field and that's length."""
        share = np.array([each.length_share for each in self.fields])[fields]
        usual = np.array([each.usual_length for each in self.fields])[fields]
        weight = np.array([each.weight for each in self.fields])[fields]
        result: NDArray[np.float64] = weight / (1 - share + share * lengths / usual)
        return result

    def impacts(self, frequencies: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n,) of weighted frequencies."""
        saturated = (self.saturation + 1) * frequencies / (self.saturation + frequencies)
        return saturated.astype(np.float32)


def rarity(texts: int, holding: int) -> float:
    """How much a term tells that `holding` of `texts` hold; above 0."""
    return math.log(1 + (texts - holding + 0.5) / (holding + 0.5))
