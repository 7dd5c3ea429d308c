"""Files of the model that are missing, altered or cut short."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from infra.embeddings.errors import AlteredWeightsError, MissingWeightsError
from infra.embeddings.minilm.weights import (
    VOCABULARY,
    WEIGHTS,
    find_weights,
    read_tensors,
    require_weights,
)


@pytest.fixture
def copied_folder(published_folder: Path, tmp_path: Path) -> Path:
    for name in (WEIGHTS, VOCABULARY):
        shutil.copyfile(published_folder / name, tmp_path / name)
    return tmp_path


def test_intact_files_are_accepted_from_any_folder(copied_folder: Path) -> None:
    assert require_weights(copied_folder) == copied_folder


def test_the_installed_package_is_found(published_folder: Path) -> None:
    assert require_weights(None) == published_folder


@pytest.mark.parametrize("missing", [WEIGHTS, VOCABULARY])
def test_a_missing_file_is_named_with_what_installs_it(copied_folder: Path, missing: str) -> None:
    (copied_folder / missing).unlink()

    assert find_weights(copied_folder) is None
    with pytest.raises(MissingWeightsError, match=r"uv sync --group minilm") as caught:
        require_weights(copied_folder)
    assert missing in caught.value.message
    assert str(copied_folder) in caught.value.message


@pytest.mark.parametrize("name", [WEIGHTS, VOCABULARY])
def test_one_altered_byte_is_refused(copied_folder: Path, name: str) -> None:
    with (copied_folder / name).open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))

    with pytest.raises(AlteredWeightsError, match="not the published file"):
        require_weights(copied_folder)


def test_a_truncated_file_is_refused(copied_folder: Path) -> None:
    with (copied_folder / WEIGHTS).open("r+b") as file:
        file.truncate(1000)

    with pytest.raises(AlteredWeightsError):
        require_weights(copied_folder)


def test_tensors_are_read_with_names_and_shapes(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "numbers": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
            "matrix": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        }
    ).encode()
    header += b" " * (-len(header) % 8)
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8) + values.tobytes())

    tensors = read_tensors(path)

    assert list(tensors) == ["matrix"]
    np.testing.assert_array_equal(tensors["matrix"], values.reshape(2, 3))
    assert not tensors["matrix"].flags.writeable
