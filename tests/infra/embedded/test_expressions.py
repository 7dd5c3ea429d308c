from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, Regex
from bson.datetime_ms import DatetimeMS
from bson_strategies import NUMBERS, VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.embedded.bson_types import MISSING, compare, encode_document
from infra.embedded.errors import StoreError
from infra.embedded.expressions import compile_expression

NAN = float("nan")
DATE = DatetimeMS(1_522_169_818_538)  # 2018-03-27T16:56:58.538Z
IDENTIFIER = ObjectId("5ab9c3da31c2ab715d421285")
DOCUMENT: dict[str, Any] = {
    "i": 5,
    "l": Int64(7),
    "d": 2.5,
    "s": "Hello",
    "n": None,
    "a": [1, 2, 3],
    "o": {"x": {"y": 1}, "z": 2},
    "docs": [{"v": 1}, {"v": 2}, {}, 7],
    "t": DATE,
    "id": IDENTIFIER,
}


def evaluate(expression: Any, document: dict[str, Any] = DOCUMENT) -> Any:
    return compile_expression(expression)(document, {})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$i", 5),
        ("$o.x.y", 1),
        ("$docs.v", [1, 2]),
        ("$a.v", []),
        ("$missing", MISSING),
        ("$$ROOT.i", 5),
        ("$$REMOVE", MISSING),
        ("text", "text"),
        ({"p": "$i", "q": "$missing", "r": {"$literal": "$i"}}, {"p": 5, "r": "$i"}),
        (["$i", "$missing"], [5, None]),
        ({"$eq": ["$i", 5.0]}, True),
        ({"$lt": ["$missing", None]}, True),
        ({"$cmp": [1, "a"]}, -1),
        ({"$and": [1, "$i", {"$gt": ["$l", 6]}]}, True),
        ({"$or": ["$n", 0]}, False),
        ({"$not": ["$n"]}, True),
        ({"$cond": ["$n", 1, 2]}, 2),
        ({"$setField": {"field": "y.z", "input": "$o.x", "value": "$i"}}, {"y": 1, "y.z": 5}),
        ({"$setField": {"field": "y", "input": "$o.x", "value": "$$REMOVE"}}, {}),
        ({"$setField": {"field": {"$literal": "$y"}, "input": {}, "value": 1}}, {"$y": 1}),
        ({"$setField": {"field": "y", "input": "$missing", "value": 1}}, None),
        ({"$unsetField": {"field": "z", "input": "$o"}}, {"x": {"y": 1}}),
        ({"$cond": {"if": True, "then": "$i", "else": 0}}, 5),
        ({"$ifNull": ["$missing", "$n", "x"]}, "x"),
        ({"$switch": {"branches": [{"case": False, "then": 1}], "default": 3}}, 3),
        ({"$let": {"vars": {"v": "$o"}, "in": "$$v.z"}}, 2),
        ({"$add": ["$i", "$l"]}, Int64(12)),
        ({"$add": ["$i", 0.5]}, 5.5),
        ({"$add": ["$t", 1]}, DatetimeMS(int(DATE) + 1)),
        ({"$add": ["$i", None]}, None),
        ({"$subtract": ["$t", DatetimeMS(0)]}, Int64(int(DATE))),
        ({"$multiply": ["$i", Decimal128("1.5")]}, Decimal128("7.5")),
        ({"$divide": [5, 2]}, 2.5),
        ({"$mod": [-5, 3]}, -2),
        ({"$mod": [5.5, 2]}, 1.5),
        ({"$abs": -5}, 5),
        ({"$ceil": 1.2}, 2.0),
        ({"$floor": -1.2}, -2.0),
        ({"$round": [2.5, 0]}, 2.0),
        ({"$round": [1234, -2]}, 1200),
        ({"$trunc": [-1.79, 1]}, -1.7),
        ({"$sqrt": 9}, 3.0),
        ({"$sum": "$a"}, 6),
        ({"$sum": ["$i", "$a", 2]}, 7),
        ({"$max": "$a"}, 3),
        ({"$avg": [1, 2]}, 1.5),
        ({"$min": ["$n", 4]}, 4),
        ({"$size": "$a"}, 3),
        ({"$arrayElemAt": ["$a", -1]}, 3),
        ({"$arrayElemAt": ["$a", 9]}, MISSING),
        ({"$first": "$a"}, 1),
        ({"$last": [[]]}, MISSING),
        ({"$slice": ["$a", -2]}, [2, 3]),
        ({"$slice": ["$a", 1, 1]}, [2]),
        ({"$concatArrays": ["$a", [4]]}, [1, 2, 3, 4]),
        ({"$in": [2.0, "$a"]}, True),
        ({"$indexOfArray": ["$a", 3]}, 2),
        ({"$isArray": "$a"}, True),
        ({"$isArray": [["x"]]}, True),
        ({"$reverseArray": "$a"}, [3, 2, 1]),
        ({"$range": [0, 5, 2]}, [0, 2, 4]),
        ({"$filter": {"input": "$a", "cond": {"$gt": ["$$this", 1]}, "limit": 1}}, [2]),
        ({"$map": {"input": "$a", "as": "e", "in": {"$add": ["$$e", "$i"]}}}, [6, 7, 8]),
        ({"$reduce": {"input": "$a", "initialValue": 0, "in": {"$add": ["$$value", "$$this"]}}}, 6),
        ({"$setUnion": [[2, 1], [3, 1.0]]}, [1, 2, 3]),
        ({"$setIntersection": [[1, 2], [2, 3]]}, [2]),
        ({"$setDifference": [[3, 1, 3], [1]]}, [3]),
        ({"$setEquals": [[1, 2, 2], [2, 1]]}, True),
        ({"$setIsSubset": [[1], [1, 2]]}, True),
        ({"$anyElementTrue": [[0, 1]]}, True),
        ({"$allElementsTrue": [[0, 1]]}, False),
        ({"$mergeObjects": ["$o", {"z": 3}, None]}, {"x": {"y": 1}, "z": 3}),
        ({"$objectToArray": {"k": 1}}, [{"k": "k", "v": 1}]),
        ({"$arrayToObject": [[["a", 1], ["b", 2]]]}, {"a": 1, "b": 2}),
        ({"$getField": "i"}, 5),
        ({"$getField": {"field": "a.b", "input": {"$literal": {"a.b": 1}}}}, 1),
        ({"$concat": ["$s", " ", "x"]}, "Hello x"),
        ({"$concat": ["$s", "$n"]}, None),
        ({"$toLower": "ÀB"}, "Àb"),
        ({"$toUpper": "$n"}, ""),
        ({"$strLenCP": "é"}, 1),
        ({"$strLenBytes": "é"}, 2),
        ({"$substrCP": ["$s", 1, 3]}, "ell"),
        ({"$split": ["a,b", ","]}, ["a", "b"]),
        ({"$indexOfCP": ["$s", "l"]}, 2),
        ({"$trim": {"input": " x "}}, "x"),
        ({"$ltrim": {"input": "xxay", "chars": "x"}}, "ay"),
        ({"$replaceAll": {"input": "aa", "find": "a", "replacement": "b"}}, "bb"),
        ({"$strcasecmp": ["abc", "ABD"]}, -1),
        ({"$regexMatch": {"input": "$s", "regex": "^hel", "options": "i"}}, True),
        (
            {"$regexFind": {"input": "$s", "regex": "l(l)"}},
            {"match": "ll", "idx": 2, "captures": ["l"]},
        ),
        (
            {"$regexFindAll": {"input": "aba", "regex": Regex("a*")}},
            [
                {"match": "a", "idx": 0, "captures": []},
                {"match": "", "idx": 1, "captures": []},
                {"match": "a", "idx": 2, "captures": []},
                {"match": "", "idx": 3, "captures": []},
            ],
        ),
        ({"$type": "$missing"}, "missing"),
        ({"$type": "$l"}, "long"),
        ({"$isNumber": "$d"}, True),
        ({"$toString": "$id"}, "5ab9c3da31c2ab715d421285"),
        ({"$toString": "$t"}, "2018-03-27T16:56:58.538Z"),
        ({"$toString": 1.0}, "1"),
        ({"$toString": True}, "true"),
        ({"$toInt": "-12"}, -12),
        ({"$toInt": 2.9}, 2),
        ({"$toLong": "$t"}, Int64(int(DATE))),
        ({"$toDouble": "1e3"}, 1000.0),
        ({"$toDecimal": 1}, Decimal128("1")),
        ({"$toBool": "x"}, True),
        ({"$toObjectId": "5ab9c3da31c2ab715d421285"}, IDENTIFIER),
        ({"$toDate": "2018-03-27T16:56:58.538Z"}, DATE),
        ({"$convert": {"input": "x", "to": "int", "onError": 0}}, 0),
        ({"$convert": {"input": "$n", "to": "int", "onNull": 1}}, 1),
        ({"$year": "$t"}, 2018),
        ({"$dayOfWeek": {"date": "$t", "timezone": "UTC"}}, 3),
        ({"$dateToString": {"date": "$t", "format": "%Y-%m-%d %%"}}, "2018-03-27 %"),
    ],
)
def test_expression_gives(expression: Any, expected: Any) -> None:
    found = evaluate(expression)
    if expected is MISSING:
        assert found is MISSING
    else:
        assert encode_document({"v": found}) == encode_document({"v": expected})


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ({"$foo": 1}, 168),
        ({"$add": [1], "$eq": [1, 1]}, 15983),
        ("$$nobody", 17276),
        ("$a..b", 15998),
        ("$", 40352),
        ({"$eq": [1]}, 16020),
        ({"$slice": [[1]]}, 28667),
        ({"$add": ["$s", 1]}, 14),
        ({"$subtract": ["$s", 1]}, 14),
        ({"$divide": [1, 0]}, 2),
        ({"$mod": [1, 0]}, 16610),
        ({"$abs": "$s"}, 28765),
        ({"$sqrt": -1}, 28714),
        ({"$size": "$s"}, 17124),
        ({"$arrayElemAt": ["$s", 1]}, 28689),
        ({"$in": [1, "$s"]}, 40081),
        ({"$filter": {"input": "$s", "cond": True}}, 28651),
        ({"$filter": {"input": "$a"}}, 28647),
        ({"$map": {"input": "$s", "in": 1}}, 16883),
        ({"$setUnion": ["$a", 1]}, 17043),
        ({"$mergeObjects": [1]}, 40400),
        ({"$concat": [1]}, 16702),
        ({"$strLenCP": 1}, 34471),
        ({"$split": ["a", ""]}, 40087),
        ({"$regexMatch": {"input": "x", "regex": "("}}, 51091),
        ({"$toInt": "2.5"}, 241),
        ({"$toInt": 1e300}, 241),
        ({"$toObjectId": "x"}, 241),
        ({"$toDate": "soon"}, 241),
        ({"$switch": {"branches": [{"case": False, "then": 1}]}}, 40066),
        ({"$year": {"date": "$t", "timezone": "Europe/Berlin"}}, 40485),
        ({"$dateToString": {"date": "$t", "format": "%q"}}, 18536),
        ({"$let": {"vars": {"Upper": 1}, "in": 1}}, 16867),
    ],
)
def test_bad_expression_is_refused_with_its_code(expression: Any, code: int) -> None:
    with pytest.raises(StoreError) as caught:
        evaluate(expression)
    assert caught.value.code == code


def test_deep_expressions_are_refused_instead_of_overflowing_the_stack() -> None:
    expression: Any = 1
    for _ in range(500):
        expression = {"$not": [expression]}
    with pytest.raises(StoreError, match="nested too deeply"):
        evaluate(expression)


@settings(max_examples=200)
@given(VALUES, VALUES)
def test_comparison_expressions_follow_the_order_of_values(left: Any, right: Any) -> None:
    document = {"l": left, "r": right}
    difference = compare(left, right)
    for operator, expected in (
        ("$eq", difference == 0),
        ("$ne", difference != 0),
        ("$lt", difference < 0),
        ("$gte", difference >= 0),
    ):
        assert evaluate({operator: ["$l", "$r"]}, document) is expected


@settings(max_examples=200)
@given(NUMBERS, NUMBERS)
def test_arithmetic_gives_numbers_for_all_numbers(left: Any, right: Any) -> None:
    document = {"l": left, "r": right}
    for operator in ("$add", "$subtract", "$multiply"):
        first = evaluate({operator: ["$l", "$r"]}, document)
        assert encode_document({"v": first})
        if operator != "$subtract":
            second = evaluate({operator: ["$r", "$l"]}, document)
            assert compare(first, second) == 0


@settings(max_examples=100)
@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
def test_integers_survive_text(left: int, right: int) -> None:
    assert evaluate({"$toInt": {"$toString": "$v"}}, {"v": left}) == left
    assert evaluate({"$add": ["$l", "$r"]}, {"l": left, "r": right}) == left + right


def test_random_numbers_differ_and_lie_between_0_and_1() -> None:
    found = {evaluate({"$rand": {}}) for _ in range(20)}
    assert len(found) == 20
    assert all(0 <= value < 1 for value in found)
    with pytest.raises(StoreError, match="rand"):
        evaluate({"$rand": {"seed": 1}})
