"""An import that is interrupted anywhere goes on where it was, and loses and doubles nothing."""

import random
import re
import signal
import time
from pathlib import Path

import pytest
from command_line import LEXIGRAPH, CommandLine, Database, kill_store, outcome_of

ENTRIES = 3_000
SENSES = 2 * ENTRIES
# Definitions and headwords.
TEXTS = SENSES + ENTRIES
# More than `resolvers.transfer.apply` writes in one transaction.
WELL_ON_THE_WAY = 500
# As a shell script starts what it ends with `&`: with SIGINT ignored.
AS_BACKGROUND_JOB = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]


@pytest.fixture(scope="module")
def dictionary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "many.csv"
    rows = (f"word {i},sense {sense} of {i}\n" for i in range(ENTRIES) for sense in range(2))
    path.write_text("word,definition\n" + "".join(rows))
    return path


def assert_complete(database: Database) -> None:
    """All of the file is there, once, and the change log has no gap."""
    for collection, count in {
        "words": ENTRIES,
        "definitions": SENSES,
        "embeddings": TEXTS,
    }.items():
        assert database.count(collection) == count
    assert database.count("import_checkpoints") == 0
    [library] = database.rows("libraries")
    sequences = [change["sequence"] for change in database.rows("changes")]
    assert sorted(sequences) == list(range(1, library["sequence"] + 1))


@pytest.mark.parametrize(
    ("phase", "number"),
    [
        ("words", signal.SIGINT),
        ("words", signal.SIGKILL),
        ("embeddings", signal.SIGTERM),
        ("embeddings", signal.SIGKILL),
    ],
)
def test_an_interrupted_import_resumes(
    lexigraph: CommandLine, dictionary: Path, phase: str, number: signal.Signals
) -> None:
    command = [*AS_BACKGROUND_JOB, str(LEXIGRAPH), "import", str(dictionary), "--library", "many"]
    with lexigraph.database() as database:
        with lexigraph.start_program(command) as process:
            database.await_count(phase, WELL_ON_THE_WAY)
            process.send_signal(number)
            interrupted = outcome_of(process)
        if number is signal.SIGKILL:
            assert interrupted.code == -signal.SIGKILL
        else:
            assert (interrupted.code, interrupted.output) == (130, "")
            # On a busy machine a line of progress comes before.
            advice = "Interrupted. What was confirmed is kept: run it again to go on."
            assert interrupted.errors.splitlines()[-1] == advice
        assert database.count(phase) < {"words": ENTRIES, "embeddings": TEXTS}[phase]

        resumed = lexigraph.import_(dictionary, "many").done()
        if phase == "words":
            assert f"{ENTRIES:,} added, 0 changed, 0 unchanged" in resumed
            assert re.search(r"resumed after (\d+)\n", resumed.replace(",", ""))
        else:
            assert f"0 added, 0 changed, {ENTRIES:,} unchanged" in resumed
        assert_complete(database)
    assert "all searchable by meaning" in lexigraph.run("check").done()


def test_an_import_outlives_its_store_or_can_be_resumed(
    lexigraph: CommandLine, dictionary: Path
) -> None:
    with lexigraph.start("import", dictionary, "--library", "many") as process:
        for phase in ("words", "embeddings"):
            with lexigraph.database() as database:
                database.await_count(phase, WELL_ON_THE_WAY)
            kill_store(lexigraph)
        outcome = outcome_of(process)
    if outcome.code:
        # On a busy machine the store may take longer to come back than the driver waits.
        assert outcome.errors.splitlines()[-1].startswith("error STORE_UNREACHABLE ")
        outcome = lexigraph.import_(dictionary, "many")
    assert f"{ENTRIES:,} entries in many" in outcome.done()
    with lexigraph.database() as database:
        assert_complete(database)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_an_import_killed_again_and_again_gets_done(
    lexigraph: CommandLine, dictionary: Path, seed: int
) -> None:
    moments = random.Random(seed)
    for _ in range(6):
        with lexigraph.start("import", dictionary, "--library", "many") as process:
            time.sleep(moments.uniform(0.5, 3.0))
            if moments.random() < 0.5 and lexigraph.store.exists():
                kill_store(lexigraph)
                time.sleep(moments.uniform(0.0, 1.0))
            process.kill()
    lexigraph.import_(dictionary, "many").done()
    with lexigraph.database() as database:
        assert_complete(database)
