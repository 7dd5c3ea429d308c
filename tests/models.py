"""A second embedding model beside hashing, made in no time."""

from pathlib import Path

import numpy as np

from infra.embeddings.static.folder import keep_table
from infra.embeddings.static.table import to_table

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = ["[UNK]", "[CLS]", "[SEP]", *LETTERS, ".", *(f"##{letter}" for letter in LETTERS)]
DIMENSION = 24


def lay_table(data_dir: Path, seed: int = 0) -> str:
    """Let new libraries of the provider static get a table of letters; gives its name."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((len(PIECES), DIMENSION)).astype(np.float32)
    table = to_table(PIECES, vectors, origin="minilm")
    keep_table(data_dir, "static", table)
    return table.name
