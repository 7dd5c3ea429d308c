import json

import pytest

from infra.entrypoints.json_input import NumberTooLargeError, read_json


@pytest.mark.parametrize(
    "text", ["1", "-9223372036854775808", "[9223372036854775807, 1.12345678901234567890]", '"x"']
)
def test_what_fits_is_read_exactly(text):
    assert read_json(text) == json.loads(text)
    assert read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**300])
def test_a_number_that_would_become_another_is_refused(number):
    with pytest.raises(NumberTooLargeError, match="send it as a string"):
        read_json(f'{{"variables": {{"n": [{number}]}}}}')


def test_digits_in_strings_are_no_numbers():
    text = '{"isbn": "99999999999999999999999999"}'
    assert read_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '"\\ud800"', "{", "", "[" * 2_000, "9" * 400, b"\xff"]
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(json.JSONDecodeError):
        read_json(text)


def test_long_numbers_deep_inside_are_refused_without_harm():
    with pytest.raises(json.JSONDecodeError):
        read_json("[" * 1_020 + "1" * 19 + "]" * 1_020 + " ")
