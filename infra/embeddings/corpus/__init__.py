"""The provider `corpus`: word vectors trained from texts alone, for what no model knows."""

from typing import Final

PROVIDER: Final = "corpus"
