"""What is wrong with a file is noticed and said, never searched."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vectorindex.errors import (
    DamagedFileError,
    MissingFileError,
    SegmentError,
    UnknownFormatError,
    WriteFailedError,
)
from vectorindex.segments.arrays import HEADER_BYTES, ArrayFile, new_array_file

ARRAYS = {
    "floats": np.arange(12, dtype=np.float32).reshape(3, 4),
    "words": np.arange(5, dtype=np.uint64),
    "nothing": np.empty((0, 4), dtype=np.float32),
    "marks": np.array([True, False]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "arrays.lxv"
    with new_array_file(path) as writer:
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(writer.put(name, array), array)
        writer.finish({"colour": "red"})
    return path


def test_arrays_come_back_as_they_were(path: Path) -> None:
    file = ArrayFile(path)

    assert file.meta == {"colour": "red"}
    for name, array in ARRAYS.items():
        assert file[name].dtype == array.dtype
        np.testing.assert_array_equal(file[name], array)
        assert not file[name].flags.writeable
    assert "nothing" in file
    assert "something" not in file
    file.verify()


def change_byte(position: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[position] ^= 4
        path.write_bytes(data)

    return change


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param(Path.unlink, MissingFileError, id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), DamagedFileError, id="empty"),
        pytest.param(change_byte(0), UnknownFormatError, id="magic"),
        pytest.param(change_byte(8), UnknownFormatError, id="version"),
        pytest.param(change_byte(13), DamagedFileError, id="length of the header"),
        pytest.param(change_byte(60), DamagedFileError, id="header"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:-1]), DamagedFileError, id="cut short"
        ),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:100]), DamagedFileError, id="cut off"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_when_opened(
    path: Path, damage: Callable[[Path], None], error: type[SegmentError]
) -> None:
    damage(path)

    with pytest.raises(error) as raised:
        ArrayFile(path)
    assert str(path) in str(raised.value)
    assert raised.value.code.startswith("INDEX_")


@pytest.mark.parametrize("position", [HEADER_BYTES, HEADER_BYTES + 4096, -1])
def test_a_flipped_bit_in_an_array_is_found_by_verifying(path: Path, position: int) -> None:
    change_byte(position)(path)
    file = ArrayFile(path)

    with pytest.raises(DamagedFileError, match="rebuild"):
        file.verify()


def test_what_fails_while_it_is_written_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "arrays.lxv"

    def write_half() -> None:
        with new_array_file(path) as writer:
            writer.put("floats", ARRAYS["floats"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert not path.exists()
    with pytest.raises(WriteFailedError), new_array_file(tmp_path / "none" / "arrays.lxv"):
        pass


def test_a_file_is_never_written_over(path: Path) -> None:
    with pytest.raises(WriteFailedError), new_array_file(path):
        pass
    ArrayFile(path).verify()
