"""Executing GraphQL, compared with others: `make bench-graphql`.

Every contestant is a process of its own, in an environment of its own, that answers the same
queries over the same plain data and writes JSON. They take turns on one core; what counts is their
own CPU time, the median of the turns. Then this server answers over HTTP from its embedded store,
with plans and with graphql-core.
"""
