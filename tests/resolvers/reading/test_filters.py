import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text import normalize_headword
from documents.vocabulary import PartOfSpeech
from resolvers.errors import LimitError, RequestError
from resolvers.limits import MAX_CONDITIONS, MAX_FILTER_DEPTH, MAX_FILTER_VALUES
from resolvers.reading.filters import FilterNode, filter_query, prefix_range, text_condition
from resolvers.reading.metadata_filter import MetadataTest, metadata_condition

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
    again = [*parts[::-1], parts[0]]
    assert text_condition("p", among=parts) == text_condition("p", among=again)


def test_what_is_not_given_is_no_condition():
    assert filter_query(FilterNode([text_condition("a"), text_condition("b", prefix="")])) == {}
    assert text_condition("a", "X", fold=normalize_headword) == {"a": {"$eq": "x"}}


def test_deep_and_long_filters_are_refused():
    deep = FilterNode([{"a": 1}])
    for _ in range(MAX_FILTER_DEPTH):
        deep = FilterNode([], all_of=[deep])
    assert filter_query(deep) == {"a": 1}
    with pytest.raises(LimitError):
        filter_query(FilterNode([], none_of=[deep]))
    with pytest.raises(LimitError):
        filter_query(FilterNode([{"a": 1}] * (MAX_CONDITIONS + 1)))
    with pytest.raises(LimitError):
        filter_query(FilterNode([], any_of=[FilterNode([])] * (MAX_CONDITIONS + 1)))
    with pytest.raises(LimitError):
        text_condition("a", among=["x"] * (MAX_FILTER_VALUES + 1))


@given(st.recursive(st.text() | st.none(), lambda inner: st.dictionaries(st.text(), inner)))
def test_no_value_or_name_of_metadata_becomes_an_operator(value):
    try:
        query = metadata_condition(MetadataTest(["$where"], equal=value))
    except RequestError:
        query = {}
    assert query == {}
    try:
        query = metadata_condition(MetadataTest(["a"], equal=value))
    except RequestError:
        assert value is not None
    else:
        told = {"$and": [{"metadata.a": {"$eq": value}}, {"metadata.a": NOT_A_LIST}]}
        assert query == ({} if value is None else told)


NOT_A_LIST = {"$not": {"$type": "array"}}


@pytest.mark.parametrize("path", [[], ["a"] * 10, ["a.b"], ["$a"], [""], ["a", "\0"], ["\ud800"]])
def test_paths_that_metadata_cannot_have_are_refused(path):
    with pytest.raises(RequestError):
        metadata_condition(MetadataTest(path, exists=True))


@pytest.mark.parametrize("value", [{"$gt": ""}, ["x"], "\ud800", 2**63, float("inf")])
def test_values_that_metadata_cannot_be_compared_with_are_refused(value):
    for test in (
        MetadataTest(["a"], equal=value),
        MetadataTest(["a"], among=[value]),
        MetadataTest(["a"], contains=value),
        MetadataTest(["a"], ranges=(("gt", value),)),
    ):
        with pytest.raises(RequestError):
            metadata_condition(test)
