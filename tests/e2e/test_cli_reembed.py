"""`lexigraph reembed` gives a library another model, and the one before back."""

from command_line import CommandLine
from models import lay_table

from infra.entrypoints.sample import sample_file


def test_a_library_gets_another_model_and_its_former_one_back(lexigraph: CommandLine) -> None:
    with sample_file() as path:
        lexigraph.import_(path, "sample").done()
    name = lay_table(lexigraph.data)
    with lexigraph.database() as database:
        told = lexigraph.run("reembed", "sample", "--embedding", "static").done()
        assert told == f"sample is embedded by static/{name}\n"
        back = lexigraph.run("reembed", "sample", "--back").done()
        assert back == "sample is embedded by hashing/character-ngrams-1\n"
        embedded = len(database.rows("embeddings"))
        lexigraph.run("reembed", "sample", "--drop-former").done()
        assert len(database.rows("embeddings")) == embedded // 2


def test_what_cannot_be_done_is_told(lexigraph_with_sample: CommandLine) -> None:
    run = lexigraph_with_sample.run
    assert "no model before" in run("reembed", "sample", "--back").sentence()
    refused = run("reembed", "sample", "--embedding", "static")
    assert (refused.code, refused.output) == (1, "")
    assert "`lexigraph distill`" in refused.errors
