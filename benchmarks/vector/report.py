"""The results as Markdown, and recall against speed as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.table import table_of

mpl.use("Agg")
KINDS = ("binary", "ivf", "hnswlib")


def write_table(results: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    parts = [
        f"## {results['data']}: {results['rows']:,} vectors of {results['dimension']}",
        f"One core, one BLAS thread, CPU time, medians of turns; {versions};"
        f" load average {results['load_average'][0]:.1f}.",
        table_of(
            ("goal", "measured", "at least", ""),
            (
                (
                    goal["goal"],
                    f"{goal['value']:.2f}",
                    f"{goal['least']:.2f}",
                    "yes" if goal["reached"] else "NO",
                )
                for goal in results["goals"]
            ),
        ),
        "### Exact, ms per query",
        _batches(results["exact"]),
        "### Exact searches at once, ms per query",
        _joining(results["joining"]),
        "### By recall",
        _points(results["approximate"]),
        "### Costs",
        _costs(results["costs"]),
        "### Opening, by three processes at once",
        _opening(results["opening"]),
        "### While 10,000 vectors are deleted and put back, ms of wall time",
        _changes(results["changes"]),
        "### Filters, ms (recall)",
        _filters(results["filters"]),
    ]
    return "\n\n".join(parts) + "\n"


def write_plots(results: Mapping[str, Any], path: Path) -> None:
    figure = Figure(figsize=(9, 4), layout="constrained")
    curves, bars = figure.subplots(1, 2)
    for kind in KINDS:
        points = sorted(
            (point["recall"], 1e3 / point["ms"])
            for name, point in results["approximate"].items()
            if name.startswith(kind)
        )
        curves.plot(*zip(*points, strict=True), marker="o", label=kind)
    curves.set(xlabel="recall@10", ylabel="queries per second", yscale="log")
    curves.legend()
    shares = list(results["filters"])
    for name in results["filters"][shares[0]]:
        times = [results["filters"][share][name]["ms"] for share in shares]
        bars.plot(shares, times, marker="o", label=name)
    bars.set(xlabel="share of rows that the filter leaves", ylabel="ms per query", yscale="log")
    bars.legend()
    figure.suptitle(f"{results['data']}, {results['rows']:,} vectors")
    figure.savefig(path, dpi=120)


def _batches(exact: Mapping[str, Any]) -> str:
    batches = {"1": exact["single"]} | exact["batches"]
    names = list(dict.fromkeys(name for batch in batches.values() for name in batch))
    rows = (
        (name, *(f"{batch[name]['ms']:.3f}" if name in batch else "" for batch in batches.values()))
        for name in names
    )
    return table_of(("batch of", *batches), rows)


def _joining(joining: Mapping[str, Any]) -> str:
    rows = (
        (name, *(f"{times[name]:.3f}" for times in joining.values()))
        for name in ("one by one", "joined")
    )
    return table_of(("at once", *joining), rows)


def _points(curve: Mapping[str, Any]) -> str:
    rows = ((name, f"{p['ms']:.3f}", f"{p['recall']:.4f}") for name, p in curve.items())
    return table_of(("setting", "ms", "recall@10"), rows)


def _costs(costs: Mapping[str, Any]) -> str:
    rows = (
        (
            name,
            f"{costs['build_seconds'][name]:.1f}",
            f"{costs['insert_us'][name]:.1f}",
            f"{costs['resident_bytes_per_vector'][name]:.0f}",
        )
        for name in costs["insert_us"]
    )
    return table_of(("index", "build, s", "insert, µs", "bytes per vector"), rows)


def _opening(opening: Mapping[str, Any]) -> str:
    rows = (
        (
            f"{reader['open_seconds'] * 1e3:.1f}",
            f"{reader['first_answer_seconds'] * 1e3:.1f}",
            f"{reader['rss'] / 2**20:.0f}",
            f"{reader['pss'] / 2**20:.0f}",
        )
        for reader in opening["readers"]
    )
    return table_of(("open, ms", "first answer, ms", "RSS, MiB", "PSS, MiB"), rows)


def _changes(changes: Mapping[str, Any]) -> str:
    rows = (
        (name, f"{times['searches']:,}", f"{times['p50_ms']:.2f}", f"{times['p99_ms']:.2f}")
        for name, times in changes.items()
        if isinstance(times, Mapping)
    )
    return table_of(("", "searches", "p50", "p99"), rows)


def _filters(filters: Mapping[str, Any]) -> str:
    rows = (
        (name, *(f"{s[name]['ms']:.3f} ({s[name]['recall']:.3f})" for s in filters.values()))
        for name in next(iter(filters.values()))
    )
    return table_of(("share", *filters), rows)
