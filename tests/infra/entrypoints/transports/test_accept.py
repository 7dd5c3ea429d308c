import pytest

from infra.entrypoints.transports.accept import Reply, choose_reply
from infra.entrypoints.transports.kind import Kind

NEWER, JSON, EVENTS = Reply.GRAPHQL_RESPONSE, Reply.JSON, Reply.EVENTS


@pytest.mark.parametrize(
    ("accept", "reply"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("text/html, */*;q=0.8", JSON),
        ("application/graphql-response+json", NEWER),
        ("APPLICATION/GraphQL-Response+JSON ; charset=utf-8", NEWER),
        ("application/json, application/graphql-response+json", NEWER),
        ("application/graphql-response+json, application/json;q=0.9", NEWER),
        ("application/graphql-response+json;q=0.4, application/json;q=0.5", JSON),
        ("application/graphql-response+json;q=0, application/json;q=0.1", JSON),
        ("application/graphql-response+json;q=nonsense, */*", JSON),
        ("application/json;q=0, */*", None),
        ("text/html", None),
        ("application/graphql-response+json;q=0", None),
        (",;,;q=1", None),
        ("text/event-stream", EVENTS),
        ("application/json, text/event-stream", JSON),
        ("application/json;q=0.5, text/event-stream", EVENTS),
        ("application/json;q=nan", None),
        ("application/json;q=2", None),
    ],
)
def test_one_answer_goes_in_the_type_that_is_liked_best(accept: str, reply: Reply | None) -> None:
    assert choose_reply(accept, Kind.SINGLE) is reply


APOLLO_DEFER = "multipart/mixed;deferSpec=20220824,application/graphql-response+json"
APOLLO_SUBSCRIPTION = 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0",application/json'
URQL = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "kind", "reply"),
    [
        (URQL, Kind.SINGLE, NEWER),
        (URQL, Kind.DEFERRED, Reply.PARTS),
        (URQL, Kind.SUBSCRIPTION, EVENTS),
        (APOLLO_DEFER, Kind.SINGLE, NEWER),
        (APOLLO_DEFER, Kind.DEFERRED, Reply.PARTS_OF_2022),
        (APOLLO_DEFER, Kind.STREAMED, None),
        (APOLLO_SUBSCRIPTION, Kind.SUBSCRIPTION, Reply.SUBSCRIPTION_PARTS),
        ("multipart/mixed", Kind.SUBSCRIPTION, None),
        ("multipart/mixed;subscriptionSpec=9", Kind.SUBSCRIPTION, None),
        ("application/json", Kind.SUBSCRIPTION, None),
        ("application/json", Kind.DEFERRED, None),
        ("text/event-stream", Kind.STREAMED, EVENTS),
    ],
)
def test_what_does_not_come_at_once_needs_a_type_for_it(
    accept: str, kind: Kind, reply: Reply | None
) -> None:
    assert choose_reply(accept, kind) is reply
