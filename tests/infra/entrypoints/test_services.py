"""What a process opens keeps to its share of the machine."""

import os

from threadpoolctl import threadpool_info

from infra.entrypoints.services import share_cores


def test_workers_times_threads_are_the_cores_at_most_and_blas_takes_one() -> None:
    cores = len(os.sched_getaffinity(0))
    for workers in range(1, 2 * cores):
        assert workers * share_cores(workers) <= max(cores, workers)
    blas = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert blas
    assert set(blas) == {1}
