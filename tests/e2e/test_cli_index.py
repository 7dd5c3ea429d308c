"""`lexigraph index` shows how libraries are searched, and makes an index anew."""

import re

from command_line import CommandLine


def test_an_index_is_made_anew_and_shown(lexigraph_with_sample: CommandLine) -> None:
    shown = lexigraph_with_sample.run("index", "--library", "sample", "--rebuild").done()
    assert re.search(r"sample +definitions +flat +\d+ +1 +[\d.]+ MB +- +1\.000 +0 ", shown), shown
    with lexigraph_with_sample.database() as database:
        [job] = database.rows("jobs")
    assert (job["kind"], job["state"], job["result"]) == ("rebuild_index", "done", {"build": 1})


def test_a_library_that_is_not_there_is_told(lexigraph_with_sample: CommandLine) -> None:
    assert "nowhere" in lexigraph_with_sample.run("index", "--library", "nowhere").sentence()
