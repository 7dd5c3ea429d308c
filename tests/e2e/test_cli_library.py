"""Libraries, the schema and the state of everything, asked on the command line."""

from pathlib import Path

from command_line import CommandLine, Outcome

SCHEMA = Path(__file__).parents[2] / "schema" / "schema.graphql"


def test_schema_prints_the_committed_one(lexigraph: CommandLine) -> None:
    assert lexigraph.run("schema").done() == SCHEMA.read_text()


def test_list_shows_each_library_with_its_size(lexigraph_with_sample: CommandLine) -> None:
    header, *rows = lexigraph_with_sample.run("library", "list").done().splitlines()
    assert header.split() == ["key", "name", "language", "words", "model"]
    assert [row.split() for row in rows] == [
        ["sample", "Lexigraph", "sample", "en", "249", "character-ngrams-1"]
    ]


def test_a_library_is_made_and_deleted_after_asking(lexigraph: CommandLine) -> None:
    with lexigraph.database() as database:
        made = lexigraph.run("library", "create", "garden", "--name", "My garden").done()
        assert made == "library garden made; its model is character-ngrams-1\n"
        assert "My garden" in lexigraph.run("library", "list").done()

        refused = lexigraph.run("library", "delete", "garden", answer="n\n")
        assert refused.code == 1
        assert "Delete library garden with all its words and vectors?" in refused.output
        assert database.count("libraries") == 1

        lexigraph.run("library", "delete", "garden", answer="y\n").done()
        assert database.count("libraries") == 0

        lexigraph.run("library", "create", "garden").done()
        deleted = lexigraph.run("library", "delete", "garden", "--yes").done()
        assert deleted == "library garden deleted\n"
        assert database.count("libraries") == 0


def test_check_is_content_with_an_empty_store(lexigraph: CommandLine) -> None:
    lines = lexigraph.run("check").done().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "ok  settings",
        "ok  store",
        "ok  database indexes",
    ]


def test_check_names_what_is_not_well_and_what_to_do(lexigraph: CommandLine) -> None:
    path = lexigraph.folder / "one.csv"
    path.write_text("word,definition\nriver,a large stream\n")
    lexigraph.import_(path, "one").done()
    with lexigraph.database() as database:
        assert "all searchable by meaning" in lexigraph.run("check").done()

        database.delete("embeddings")
        assert "2 texts not searchable by meaning yet: run" in complaint(lexigraph.run("check"))
        assert lexigraph.run("library", "embed", "one").done() == "2 texts embedded\n"
        assert "all searchable by meaning" in lexigraph.run("check").done()

        database.update("libraries", state="deleting")
        advice = "run `lexigraph library delete one` again"
        assert advice in complaint(lexigraph.run("check"))
        lexigraph.run("library", "delete", "one", "--yes").done()
        assert database.count("words") == 0
        lexigraph.run("check").done()


def complaint(outcome: Outcome) -> str:
    """The one line of a check that is not content."""
    assert (outcome.code, outcome.errors) == (1, "")
    [line] = [line for line in outcome.output.splitlines() if not line.startswith("ok ")]
    assert line.startswith("bad library one: ")
    return line
