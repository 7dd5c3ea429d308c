"""Puts texts and vectors into Chroma or Milvus; runs in the contestants' environment."""

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.end_to_end.clients import chroma, milvus

FILL = {"chroma": chroma.fill, "milvus": milvus.fill}


def main() -> None:
    kind, address, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    texts = json.loads((folder / "texts.json").read_text())
    FILL[kind](address, texts, np.load(folder / "vectors.npy"))


if __name__ == "__main__":
    main()
