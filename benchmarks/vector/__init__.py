"""The vector index beside FAISS, hnswlib, Chroma and LanceDB.

    make bench-vector                       real vectors of OEWN's definitions
    make bench-vector ARGS="--data all"     and with Wiktionary's, and a synthetic million (an hour)
    make bench-vector ARGS="--rows 20000"   a quick look

Contestants live in an environment of their own under build/bench-vector, with the versions that are
recorded in the report. All of them run in one process on one core with one BLAS thread each, taking
turns, so that whatever else the machine does meets them alike; times are CPU times.
"""
