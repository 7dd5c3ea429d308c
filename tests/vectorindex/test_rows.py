"""Views of a growing store stay as they were; ids survive the way to numbers and back."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorindex.ids import to_ids, to_keys
from vectorindex.rows import RowStore

ids_of_sixteen_bytes = st.lists(st.binary(min_size=16, max_size=16), unique=True)


def make_vectors(count: int, value: float) -> np.ndarray:
    return np.full((count, 2), value, dtype=np.float32)


def number_ids(count: int, first: int = 0) -> list[bytes]:
    return [number.to_bytes(16, "big") for number in range(first, first + count)]


@given(ids_of_sixteen_bytes)
def test_keys_give_the_ids_back(ids: list[bytes]) -> None:
    assert to_ids(to_keys(ids)) == ids


@given(ids_of_sixteen_bytes)
def test_keys_are_ordered_as_the_ids_are(ids: list[bytes]) -> None:
    keys = to_keys(ids)
    order = np.lexsort((keys[:, 1], keys[:, 0]))

    assert [ids[row] for row in order] == sorted(ids)


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.append(number_ids(3, first=10), make_vectors(3, 9.0)),
        lambda store: store.append(number_ids(5000, first=10), make_vectors(5000, 9.0)),
        lambda store: store.bury(number_ids(5)),
        lambda store: (store.bury(number_ids(5)), store.compact()),
    ],
    ids=["append within room", "append beyond room", "bury", "compact"],
)
def test_a_view_does_not_change_with_the_store(change: Callable[[RowStore], object]) -> None:
    store = RowStore(2)
    store.append(number_ids(4), make_vectors(4, 1.0))
    store.append(number_ids(4, first=4), make_vectors(4, 2.0))
    view = store.view
    change(store)

    assert view.vectors[:, 0].tolist() == [1.0] * 4 + [2.0] * 4
    assert view.squares.tolist() == [2.0] * 4 + [8.0] * 4
    assert view.alive.all()
    assert to_ids(view.keys) == number_ids(8)


def test_the_largest_length_follows_the_rows() -> None:
    store = RowStore(2)
    store.append(number_ids(1), make_vectors(1, 3.0))
    store.append(number_ids(1, first=1), make_vectors(1, 1.0))
    largest = store.view.largest_length
    store.bury(number_ids(1))
    store.compact()

    assert largest == pytest.approx(18**0.5)
    assert store.view.largest_length == pytest.approx(2**0.5)
