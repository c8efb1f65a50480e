"""Waking the sequencer: within a process by a bell, from another process by PostgreSQL's NOTIFY.

    bell = Bell()
    with listening(psycopg_connection, bell):
        bell.wait(0.1)                  # until somebody calls bell.set(), here or elsewhere

    notifier = Notifier(database)
    store.listeners.append(notifier.wake)

It only wakes; polling guarantees. A transaction that sends NOTIFY holds a lock of the whole server
while it commits, so no append does it: a thread sends it afterwards, once for all that were
committed meanwhile.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from psycopg.pq import ExecStatus

from shared.database import Database

CHANNEL: Final = "zanat_pending"
_NOTIFY: Final = f"notify {CHANNEL}".encode()
GAP_SECONDS: Final = 0.004
"""Between two notifications: while many write, one speaks for all of them."""


class Bell:
    """An event that one thread awaits together with a socket, and any other sets."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._near: socket.socket | None = None
        self._selector: selectors.BaseSelector | None = None
        self._take: Callable[[], bool] = bool

    @contextlib.contextmanager
    def open(self, beside: int | None = None, take: Callable[[], bool] = bool) -> Iterator[None]:
        """What is needed to wait.

        take: called before waiting and when the socket ``beside`` can be read, since a library may
              have read more than it said; whether there was something.
        """
        far, near = socket.socketpair()
        far.setblocking(False)
        near.setblocking(False)
        selector = selectors.DefaultSelector()
        selector.register(far, selectors.EVENT_READ, lambda: _empty(far))
        if beside is not None:
            selector.register(beside, selectors.EVENT_READ, take)
        self._selector, self._near, self._take = selector, near, take
        try:
            yield
        finally:
            self._selector = self._near = None
            selector.close()
            near.close()
            far.close()

    def set(self) -> None:
        """Ring. From any thread, at any time."""
        self._rung.set()
        near = self._near
        if near is not None:
            # (full: it rings already; closed: nobody waits any more)
            with contextlib.suppress(OSError):
                near.send(b"\0")

    def clear(self) -> None:
        """Before one looks for work: whoever rings from here on is heard."""
        self._rung.clear()

    def wait(self, seconds: float) -> None:
        """Until it rings, there is something to take, or so long. Raises what taking raises."""
        if self._selector is None or self._take() or self._rung.is_set():
            return
        for key, _ in self._selector.select(seconds):
            key.data()


def _empty(socket_of_bell: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        socket_of_bell.recv(4096)
    return True


@contextlib.contextmanager
def listening(connection: Any, bell: Bell) -> Iterator[None]:
    """Let a psycopg connection's notifications ring the bell too; open for waiting."""

    def told(_notification: Any) -> None:
        # Told while a statement ran: that may be of what the statement did not see.
        bell.set()

    def take() -> bool:
        connection.pgconn.consume_input()
        found = False
        while connection.pgconn.notifies() is not None:
            found = True
        return found

    connection.add_notify_handler(told)
    connection.execute(f"listen {CHANNEL}")
    try:
        with bell.open(connection.fileno(), take):
            yield
    finally:
        connection.remove_notify_handler(told)


class Notifier:
    """Tells the sequencer of another process that something was committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.needless: Callable[[], bool] = bool
        """Whether the sequencer at work is this process's own, which hears of commits anyway."""

    def wake(self) -> None:
        """Something was committed. Costs the caller nothing but a flag."""
        if self._waiting.is_set() or self.needless():
            return
        self._waiting.set()
        # The thread is begun by the first who needs it, in the process in which it is needed.
        if self._thread is None or not self._thread.is_alive():
            self._begin()

    def close(self) -> None:
        """End the thread; what it did not yet tell is found by polling."""
        self._ended.set()
        self._waiting.set()
        if self._thread is not None:
            self._thread.join(2)

    def _begin(self) -> None:
        with self._lock:
            if self._ended.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            # (whatever a lost server raises: polling guarantees)
            with contextlib.suppress(Exception):
                self._waiting.wait()
                if not self._ended.is_set():
                    with self._database.postgresql_connection() as connection:
                        self._tell(connection.pgconn)
            self._ended.wait(GAP_SECONDS)

    def _tell(self, wire: Any) -> None:
        """Tell through one connection, by the driver's bare call, as long as that works."""
        told = True
        while told and not self._ended.is_set():
            self._waiting.wait()
            self._waiting.clear()
            told = wire.exec_(_NOTIFY).status == ExecStatus.COMMAND_OK
            self._ended.wait(GAP_SECONDS)
