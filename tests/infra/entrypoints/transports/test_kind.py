import pytest

from infra.entrypoints.transports.kind import Kind, kind_of
from infra.operation_limits import OperationLimits

LIMITS = OperationLimits()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{a}", Kind.SINGLE),
        ('{a(text: "subscription @defer @stream")}', Kind.SINGLE),
        ("{a} # subscription @defer", Kind.SINGLE),
        ("{a ...@defer{b}}", Kind.DEFERRED),
        ("{a ...@ , \n defer(label: $x){b}}", Kind.DEFERRED),
        ("mutation {a ...F} fragment F on T @x {b @stream}", Kind.STREAMED),
        ("{a @stream ...@defer{b}}", Kind.STREAMED),
        ("subscription {a}", Kind.SUBSCRIPTION),
        ("subscription S {a} query Q {a}", Kind.SINGLE),
        ("subscription {", Kind.SINGLE),
        ("subscription" + "{a" * 1000, Kind.SINGLE),
    ],
)
def test_the_kind_is_told_from_the_text(text: str, kind: Kind) -> None:
    assert kind_of(text, None, LIMITS) is kind


def test_the_kind_is_that_of_the_operation_named() -> None:
    text = "subscription S {a} query Q {a}"
    assert kind_of(text, "S", LIMITS) is Kind.SUBSCRIPTION
    assert kind_of(text, "Q", LIMITS) is Kind.SINGLE
    assert kind_of(text, "absent", LIMITS) is Kind.SINGLE
