"""Runs as files, which all processes map."""

from pathlib import Path

from vectorindex.ids import SortedIds
from vectorindex.lexical.run import Postings, Run
from vectorindex.lexical.terms import Terms
from vectorindex.segments.arrays import ArrayFile, new_array_file


def write_run(path: Path, run: Run) -> None:
    """Write a run to a new file.

    Raises:
        WriteFailedError: nothing was left behind.
    """
    with new_array_file(path) as writer:
        writer.put("keys", run.keys)
        writer.put("id_hashes", run.ids.hashes)
        writer.put("id_rows", run.ids.rows)
        for name, column in run.columns.items():
            writer.put(f"column:{name}", column)
        writer.put("term_data", run.terms.data)
        writer.put("term_offsets", run.terms.offsets)
        writer.put("term_heads", run.terms.heads)
        writer.put("posting_offsets", run.postings.offsets)
        writer.put("posting_rows", run.postings.rows)
        writer.put("posting_impacts", run.postings.impacts)
        writer.put("tokens", run.tokens)
        writer.put("token_offsets", run.token_offsets)
        writer.finish({"columns": list(run.columns)})


def view_run(file: ArrayFile) -> Run:
    """The run in an open file; no array is read."""
    return Run(
        keys=file["keys"],
        ids=SortedIds(file["id_hashes"], file["id_rows"]),
        columns={name: file[f"column:{name}"] for name in file.meta["columns"]},
        terms=Terms(file["term_data"], file["term_offsets"], file["term_heads"]),
        postings=Postings(file["posting_offsets"], file["posting_rows"], file["posting_impacts"]),
        tokens=file["tokens"],
        token_offsets=file["token_offsets"],
    )
