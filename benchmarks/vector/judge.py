"""The goals, and whether they were reached."""

import math
from collections.abc import Mapping
from typing import Any

Goal = dict[str, Any]


def judge(results: Mapping[str, Any]) -> list[Goal]:
    """Ratios are of speed: higher is better."""
    exact, costs, filters = results["exact"], results["costs"], results["filters"]
    single, batch = exact["single"], exact["batches"]["32"]
    curve = results["approximate"]
    real = results["data"] != "synthetic"
    codes = {name: value for name, value in curve.items() if name.startswith("binary")}
    goals = [
        _goal("exact: read bandwidth", exact["scan_gb_s"] / exact["read_bandwidth_gb_s"], 0.9),
        _goal("exact, single: FAISS", _ratio(single, "FAISS", "ours"), 1.0),
        _goal("exact, 32: FAISS, BLAS forced", _ratio(batch, "FAISS, BLAS forced", "ours"), 1.4),
        _goal("exact, 32: FAISS, as installed", _ratio(batch, "FAISS, as installed", "ours"), 4.0),
        *(_joining(concurrent, results["joining"]) for concurrent in ("1", "4", "32")),
        _goal("codes at recall .99: exact", curve["flat"]["ms"] / fastest(codes, 0.99), 8.0),
        _goal("ivf at recall .95: hnswlib", _against(curve, 0.95), 0.45 if real else 0.9),
        _goal("ivf at recall .98: hnswlib", _against(curve, 0.98), 0.5),
        _cost("build: hnswlib", costs["build_seconds"], 15.0),
        _cost("insert: hnswlib", costs["insert_us"], 20.0),
        _cost("bytes per vector: hnswlib", costs["resident_bytes_per_vector"], 1.0),
    ]
    slowest = max(reader["open_seconds"] for reader in results["opening"]["readers"])
    goals.append(_goal("opening: 0.3 s", 0.3 / slowest, 1.0))
    changes = results["changes"]
    calmness = changes["quiet"]["p99_ms"] / changes["busy"]["p99_ms"]
    goals.append(_goal("p99 while 10,000 vectors change: quiet", calmness, 1 / 3))
    goals.append(_goal("recall when they have changed", changes["recall_afterwards"], 0.99))
    for share, searched in filters.items():
        ours, whole = searched["binary"], filters["1.0"]["binary"]
        if share != "1.0":
            goals.append(_goal(f"filter {share}: recall", ours["recall"], 0.99))
            goals.append(_goal(f"filter {share}: unfiltered", whole["ms"] / ours["ms"], 1 / 1.3))
        recall = ours["recall"] - searched["LanceDB"]["recall"]
        goals.append(_goal(f"filter {share}: recall above LanceDB's", recall, 0.0))
        goals.append(_goal(f"filter {share}: LanceDB", _ratio(searched, "LanceDB", "binary"), 8.0))
        goals.append(
            _goal(
                f"filter {share}: Chroma",
                _ratio(searched, "Chroma", "binary"),
                50.0 if share == "0.01" else 1.0,
            )
        )
    return goals


def _joining(concurrent: str, joining: Mapping[str, Any]) -> Goal:
    times = joining[concurrent]
    # Equal within what two measurements of the same differ by.
    least = 4.0 if concurrent == "32" else 0.95
    return _goal(f"joining {concurrent}: one by one", times["one by one"] / times["joined"], least)


def fastest(curve: Mapping[str, Any], recall: float) -> float:
    """Milliseconds of the fastest setting that reaches a recall."""
    return min(
        (point["ms"] for point in curve.values() if point["recall"] >= recall), default=math.inf
    )


def _against(curve: Mapping[str, Any], recall: float) -> float:
    best = {
        kind: fastest({n: p for n, p in curve.items() if n.startswith(kind)}, recall)
        for kind in ("hnswlib", "ivf")
    }
    return best["hnswlib"] / best["ivf"]


def _ratio(searched: Mapping[str, Any], other: str, ours: str) -> float:
    return searched[other]["ms"] / searched[ours]["ms"]


def _cost(name: str, costs: Mapping[str, float], least: float) -> Goal:
    return _goal(name, costs["hnswlib"] / costs["IvfIndex"], least)


def _goal(name: str, value: float, least: float) -> Goal:
    return {"goal": name, "value": value, "least": least, "reached": value >= least}
