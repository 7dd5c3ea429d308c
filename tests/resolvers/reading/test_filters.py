from hypothesis import given
from hypothesis import strategies as st

from documents.vocabulary import PartOfSpeech
from resolvers.reading.filters import prefix_range, word_query

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS.filter(bool), TEXTS)
def test_prefix_range_holds_exactly_the_texts_that_start_so(prefix, text):
    bounds = prefix_range(prefix)
    # The store compares texts as UTF-8, which orders as code points do.
    in_range = bounds["$gte"] <= text < bounds["$lt"]
    assert in_range == (text.startswith(prefix) and text < bounds["$lt"])
    assert prefix_range(prefix)["$gte"] <= prefix + text.replace("\U0010ffff", "") < bounds["$lt"]


@given(st.lists(st.sampled_from(PartOfSpeech), min_size=1))
def test_equal_wishes_give_equal_filters(parts):
    assert word_query(part_of_speech=parts) == word_query(part_of_speech=[*parts[::-1], parts[0]])


def test_what_is_not_given_is_no_condition():
    assert word_query() == {}
    assert word_query(text_prefix="", tag=["x"]) == {"tags": {"$eq": "x"}}
