"""The results as Markdown."""

from collections.abc import Mapping
from typing import Any

from benchmarks.table import table_of

MOST_TIMES_SLOWER = 3.0


def write_table(results: Mapping[str, Any]) -> str:
    searches, changes = results["searches"], results["changes"]
    slower = changes["meanwhile"]["p99_ms"] / changes["quiet"]["p99_ms"]
    parts = [
        f"## Search by vector over HTTP: {results['definitions']:,} definitions,"
        f" {results['clients']} clients",
        f"{results['cores']} cores for servers and clients, {results['workers']} workers of ours;"
        f" {results['measured']}, load average {results['load_average'][0]:.1f} at first.",
        _searches(searches),
        *(
            f"Ours answers {_ratio(searches, kind):.1f} times as many queries as {kind}."
            for kind in searches
            if kind != "lexigraph"
        ),
        f"### While {changes['made']:,} words are deleted and created"
        f" ({changes['at_once']} in a transaction, {changes['seconds']:.0f} s)",
        _searches({name: changes[name] for name in ("quiet", "meanwhile", "after")}),
        f"p99 is {slower:.1f} times its quiet value (goal: at most {MOST_TIMES_SLOWER:.0f}).",
    ]
    return "\n\n".join(parts) + "\n"


def _searches(searches: Mapping[str, Any]) -> str:
    rows = (
        (
            name,
            f"{each['queries_per_second']:.0f}",
            f"{each['p50_ms']:.1f}",
            f"{each['p99_ms']:.1f}",
            f"{each['recall']:.3f}",
        )
        for name, each in searches.items()
    )
    return table_of(("", "queries/s", "p50, ms", "p99, ms", "recall@10"), rows)


def _ratio(searches: Mapping[str, Any], kind: str) -> float:
    ratio: float = (
        searches["lexigraph"]["queries_per_second"] / searches[kind]["queries_per_second"]
    )
    return ratio
