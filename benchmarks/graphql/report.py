"""The results as Markdown."""

from typing import Any

GOALS = (
    ("list in process: as fast as Strawberry with caches, times", "least", 30.0),
    ("list in process: time of orjson for ready data, times", "most", 6.0),
    ("list in process: time of graphql-js, times", "most", 1.0),
    ("slowest case: time of graphql-core, times", "most", 1.05),
    ("trivial through the application: time of a bare route, times", "most", 2.5),
    ("list over HTTP: requests a second of graphql-core, times", "least", 10.0),
)


def judge(results: dict[str, Any]) -> list[dict[str, Any]]:
    """The goals, and what was measured."""
    cases, listed, http = results["in_process"], results["in_process"]["list"], results["http"]
    values = (
        listed["Strawberry with caches"] / listed["this"],
        listed["this"] / listed["orjson of ready data"],
        listed["this"] / listed["graphql-js"] if "graphql-js" in listed else None,
        max(case["this"] / case["graphql-core"] for case in cases.values()),
        results["asgi"]["this"] / results["asgi"]["bare"],
        http["list"]["plans"] / http["list"]["graphql-core"],
    )
    return [
        {
            "goal": goal,
            "bound": f"{kind} {bound}",
            "measured": value,
            "reached": value is not None
            and (value >= bound if kind == "least" else value <= bound),
        }
        for (goal, kind, bound), value in zip(GOALS, values, strict=True)
    ]


def write_table(results: dict[str, Any]) -> str:
    """All of it."""
    cases = results["in_process"]
    names = list(next(iter(cases.values())))
    lines = [
        f"Python {results['python']}, {results['versions']}; load average {results['load']:.1f}.",
        "",
        "In process, µs of CPU time for one answer, medians of turns:",
        "",
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for query, times in cases.items():
        lines.append(f"| {query} | " + " | ".join(f"{times[n] * 1e6:,.0f}" for n in names) + " |")
    lines += ["", "Over HTTP from the embedded store, requests a second:", ""]
    lines += ["| | plans | graphql-core |", "|---|---|---|"]
    for query, rates in results["http"].items():
        lines.append(f"| {query} | {rates['plans']:,.0f} | {rates['graphql-core']:,.0f} |")
    asgi = {name: f"{seconds * 1e6:,.0f} µs" for name, seconds in results["asgi"].items()}
    lines += ["", f"Trivial through ASGI: {asgi['this']}, a bare Starlette route {asgi['bare']}."]
    lines += ["", "| goal | bound | measured | |", "|---|---|---|---|"]
    for each in results["goals"]:
        value = "-" if each["measured"] is None else f"{each['measured']:.2f}"
        reached = "yes" if each["reached"] else "NO"
        lines.append(f"| {each['goal']} | {each['bound']} | {value} | {reached} |")
    return "\n".join(lines) + "\n"
