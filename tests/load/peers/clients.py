"""Clients at once: threads in one or more processes, which begin together.

    def open_client() -> Callable[[int], None]: ...   # once a process
    rate(open_process, clients=16, processes=2, events=4000)

Everything is opened and warm before anybody begins; the clock runs from the first that begins to
the last that is done.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from typing import Any

WARM = 3
Act = Callable[[int], Any]
"""Does one event, told its number."""


def rate(
    open_process: Callable[[], Callable[[], Act]], *, clients: int, processes: int, events: int
) -> float:
    """Events a second. ``open_process`` runs once a process, what it returns once a thread."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(clients)
    each = events // clients
    pipes = []
    for number in range(processes):
        here, there = context.Pipe()
        threads = clients // processes
        child = context.Process(
            target=_process, args=(open_process, threads, number, each, barrier, there)
        )
        child.start()
        there.close()
        pipes.append((child, here))
    times = []
    for child, here in pipes:
        found = here.recv()
        child.join()
        if isinstance(found, str):
            raise RuntimeError(found)
        times += found
    return each * clients / (max(end for _, end in times) - min(begun for begun, _ in times))


def _process(
    open_process: Callable[[], Callable[[], Act]],
    threads: int,
    number: int,
    each: int,
    barrier: Any,
    answer: Any,
) -> None:
    times: list[tuple[float, float]] = []
    errors: list[str] = []

    def client(thread: int) -> None:
        first = (number * threads + thread) * (each + WARM)
        try:
            act = open_client()
            for event in range(first, first + WARM):
                act(event)
            barrier.wait(60)
            begun = time.perf_counter()
            for event in range(first + WARM, first + WARM + each):
                act(event)
            times.append((begun, time.perf_counter()))
        except Exception as error:
            barrier.abort()
            errors.append(f"{type(error).__name__}: {error}")

    try:
        open_client = open_process()
        working = [threading.Thread(target=client, args=(one,)) for one in range(threads)]
        for one in working:
            one.start()
        for one in working:
            one.join()
    except Exception as error:
        barrier.abort()
        errors.append(f"{type(error).__name__}: {error}")
    answer.send(errors[0] if errors else times)
    answer.close()
