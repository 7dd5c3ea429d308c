"""The environment of the contestants: none of them is a dependency of the project."""

import subprocess
import sys
import venv
from pathlib import Path

CONTESTANTS = [
    "chromadb",
    "faiss-cpu",
    "hnswlib",
    "lancedb",
    "matplotlib",
    "milvus-lite",
    "pymilvus",
]


def make_environment(folder: Path) -> Path:
    """Install the contestants, once; returns the environment's Python."""
    python = folder / "bin" / "python"
    done, wanted = folder / ".complete", "\n".join(CONTESTANTS)
    if not done.exists() or done.read_text() != wanted:
        venv.create(folder, with_pip=True)
        # The same NumPy as the project's: it is what is measured.
        import_numpy = "import numpy; print(numpy.__version__)"
        version = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", import_numpy], check=True, capture_output=True, text=True
        ).stdout.strip()
        install = [str(python), "-m", "pip", "install", "--quiet", f"numpy=={version}"]
        subprocess.run([*install, *CONTESTANTS], check=True)  # noqa: S603 - as above
        done.write_text(wanted)
    return python.absolute()
