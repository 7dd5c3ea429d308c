"""Ids are compared as numbers; what comes out is what comparing their bytes gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolvers.semantic_index.id_order import IdRows, best_first, first_of_each
from resolvers.semantic_index.id_set import ID_LENGTH, Ids, ids_of, keys_of

# Few different bytes, so that ids are alike in front and end with zeros.
ID = st.lists(st.sampled_from([0, 1, 255]), min_size=12, max_size=12).map(bytes)
IDS = st.lists(ID)


def array(ids: list[bytes]) -> Ids:
    return np.array(ids, dtype=f"S{ID_LENGTH}")


@given(IDS)
def test_ids_come_back_from_their_numbers(ids: list[bytes]) -> None:
    assert np.array_equal(ids_of(keys_of(array(ids))), array(ids))


@given(IDS)
def test_the_first_row_of_each_id_is_found_in_the_order_of_the_ids(ids: list[bytes]) -> None:
    assert first_of_each(array(ids)).tolist() == [ids.index(each) for each in sorted(set(ids))]


@given(st.lists(st.tuples(st.sampled_from([0.25, 0.5]), ID)))
def test_equal_scores_are_ordered_by_id(pairs: list[tuple[float, bytes]]) -> None:
    scores = np.array([score for score, _ in pairs], dtype=np.float32)
    order = best_first(scores, array([each for _, each in pairs]))
    in_order = sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
    assert [pairs[row] for row in order] == in_order


@given(IDS, IDS)
def test_a_table_knows_the_rows_of_its_ids_and_no_others(
    known: list[bytes], ids: list[bytes]
) -> None:
    table = list(dict.fromkeys(known))
    rows = [table.index(each) if each in table else -1 for each in ids + known]
    assert IdRows.of(array(table)).find(array(ids + known)).tolist() == rows
