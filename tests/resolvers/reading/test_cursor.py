import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from resolvers.errors import CursorError
from resolvers.reading.cursor import decode_cursor, encode_cursor

KEY = b"a server's secret"
IDENTITY = b"a list"
POSITIONS = st.lists(
    st.text()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.binary(min_size=12, max_size=12).map(ObjectId),
    max_size=4,
)


@given(POSITIONS)
def test_position_survives(position):
    cursor = encode_cursor(KEY, IDENTITY, position)
    assert decode_cursor(KEY, IDENTITY, cursor) == position


@given(POSITIONS)
def test_cursor_needs_no_escaping_in_addresses(position):
    cursor = encode_cursor(KEY, IDENTITY, position)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(POSITIONS, st.data())
def test_any_change_is_refused(position, data):
    cursor = encode_cursor(KEY, IDENTITY, position)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.characters().filter(lambda each: each != cursor[place]))
    with pytest.raises(CursorError):
        decode_cursor(KEY, IDENTITY, cursor[:place] + letter + cursor[place + 1 :])


@given(st.text())
def test_what_was_not_made_here_is_refused(text):
    with pytest.raises(CursorError):
        decode_cursor(KEY, IDENTITY, text)


@given(POSITIONS, st.binary(), st.binary())
def test_cursor_of_another_list_or_server_is_refused(position, identity, key):
    cursor = encode_cursor(KEY, IDENTITY, position)
    for other_key, other_identity in ((key, IDENTITY), (KEY, identity)):
        if (other_key, other_identity) != (KEY, IDENTITY):
            with pytest.raises(CursorError):
                decode_cursor(other_key, other_identity, cursor)
