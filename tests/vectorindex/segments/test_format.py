"""Files that an earlier version wrote can be loaded, or say that they cannot.

`format-1` and `format-2` were written by `write_fixture` when the format became that version, and
are never written again: a change that cannot read them needs a new format version.
"""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from vector_collections import Collection, make_ids

from vectorindex.errors import DamagedFileError, SegmentError, UnknownFormatError
from vectorindex.flat import FlatIndex
from vectorindex.kinds import Kind
from vectorindex.protocol import Metric
from vectorindex.segments.index import SegmentedIndex
from vectorindex.segments.settings import Settings

FORMATS = sorted(Path(__file__).parent.glob("format-*"))
FIXTURE = FORMATS[-1]
ROWS = 2_100  # more than are always passed over exactly
SETTINGS = Settings(2, Metric.SQUARED_L2, {"kind": "uint8"}, Kind.AUTO)


def make_fixture_vectors() -> Collection:
    """On a grid, without a random generator: it need not stay as it is."""
    numbers = np.arange(2 * ROWS)
    vectors = np.stack([numbers % 61, numbers % 67], axis=1).astype(np.float32)
    return Collection(Metric.SQUARED_L2, vectors, vectors[::700] + np.float32(0.25))


def write_fixture(directory: Path) -> None:
    """A segment of codes and one of lists, with tombstones in the first."""
    collection = make_fixture_vectors()
    kinds = (np.arange(2 * ROWS) % 5).astype(np.uint8)
    for first, kind in ((0, Kind.BINARY), (ROWS, Kind.IVF)):
        part = slice(first, first + ROWS)
        index = SegmentedIndex(directory, Settings(2, Metric.SQUARED_L2, SETTINGS.columns, kind))
        index.apply(
            index.sequence + 1,
            collection.ids[:50] if first else [],
            collection.ids[part],
            collection.vectors[part],
            {"kind": kinds[part]},
        )
        with index.lock():
            index.seal()
    (directory / "writer.lock").unlink()


@pytest.mark.parametrize("directory", FORMATS, ids=lambda directory: directory.name)
def test_files_of_earlier_formats_are_loaded(directory: Path) -> None:
    collection = make_fixture_vectors()
    index = SegmentedIndex(directory, SETTINGS)
    flat = FlatIndex(2, Metric.SQUARED_L2)
    flat.add(make_ids(2 * ROWS - 50, first=50), collection.vectors[50:])
    index.verify()
    found, expected = (each.search(collection.queries, 3) for each in (index, flat))

    assert index.sequence == 2
    assert len(index) == len(flat)
    assert index.snapshot.column("kind")[:6].tolist() == [0, 1, 2, 3, 4, 0]
    np.testing.assert_array_equal(found.scores, expected.scores)
    assert index.ids_of(found.rows) == flat.ids_of(expected.rows)


def edit_manifest(**changes: object) -> Callable[[Path], None]:
    def edit(directory: Path) -> None:
        path = directory / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return edit


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        pytest.param(edit_manifest(format=2), UnknownFormatError, id="later format"),
        pytest.param(edit_manifest(crc32=1), DamagedFileError, id="checksum"),
        pytest.param(edit_manifest(manifest={}), DamagedFileError, id="content"),
        pytest.param(
            lambda directory: (directory / "manifest.json").write_text("{"),
            DamagedFileError,
            id="cut short",
        ),
        pytest.param(
            lambda directory: next(directory.glob("planes*")).unlink(), SegmentError, id="planes"
        ),
        pytest.param(
            lambda directory: next(directory.glob("alive*")).unlink(), SegmentError, id="tombstones"
        ),
        pytest.param(
            lambda directory: next(directory.glob("segment*")).unlink(), SegmentError, id="segment"
        ),
    ],
)
def test_a_damaged_index_is_refused_with_the_advice_to_rebuild(
    tmp_path: Path, damage: Callable[[Path], object], error: type[SegmentError]
) -> None:
    directory = shutil.copytree(FIXTURE, tmp_path / "index")
    damage(directory)

    with pytest.raises(error, match="rebuild"):
        SegmentedIndex(directory, SETTINGS)


if __name__ == "__main__":
    write_fixture(Path(sys.argv[1]))
