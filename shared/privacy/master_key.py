"""The master key: 32 bytes that are in no database. It wraps every other key.

    masters = master_key.masters(settings)      # from the one source that the settings name
    masters.known()[0].secret                   # the key that new keys are wrapped by

A source gives one key, or while the master key is changed two: the new one first. Each key has an
id, by which what it wrapped is known. A source is one of

* a file (``ZANAT_MASTER_KEY_FILE``; ``keys/master.key`` in the home when no source is named),
* a variable (``ZANAT_MASTER_KEY``),
* a command (``ZANAT_MASTER_KEY_COMMAND``), which may ask a key service: it is split into words as a
  shell would, run without one, given ``keys/master.wrapped`` of the home on its standard input
  (nothing when there is no such file), and has 20 seconds to print the key and end with 0.

All three give keys in base64 with white space between them. Nothing that a source gives or a
command says is ever logged or repeated in an error.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from shared.settings import Settings

BYTES: Final = 32
KEYS_MAX: Final = 4
COMMAND_SECONDS: Final = 20.0
ANSWER_BYTES_MAX: Final = 4_096
_GIVEN_BYTES_MAX: Final = 32_768
REREAD_SECONDS: Final = 1.0
"""How often at most a source is asked again for a key that this process does not know."""


class MasterKey(msgspec.Struct, frozen=True, dict=True):
    """One master key."""

    secret: bytes

    def __repr__(self) -> str:
        return f"MasterKey({self.id})"

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits that tell which key it is, and nothing about it."""
        return self.derived(b"master id").hex()[:16]

    def derived(self, purpose: bytes) -> bytes:
        """32 bytes of its own for a purpose."""
        return hmac.new(self.secret, b"zanat " + purpose, hashlib.sha256).digest()


class Masters:
    """The master keys that this process knows, the newest first. Thread-safe.

    ``read`` asks the source, which may have another key meanwhile: running services find the new
    one by asking again.
    """

    def __init__(self, read: Callable[[], tuple[bytes, ...]]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known = _as_keys(read())
        self._read_at = -REREAD_SECONDS

    @classmethod
    def of(cls, *given: bytes) -> Masters:
        """Keys that are known already."""
        return cls(lambda: given)

    def known(self) -> tuple[MasterKey, ...]:
        """All of them, the newest first."""
        return self._known

    def find(self, master_id: str) -> MasterKey | None:
        """The key of this id, asked for anew when it is not known; None when nobody has it."""
        return self._find(master_id) or (self._find(master_id) if self.reread() else None)

    def reread(self) -> bool:
        """Ask the source again, at most once a second; whether it gave a key that is new here."""
        with self._lock:
            if monotonic() - self._read_at < REREAD_SECONDS:
                return False
            try:
                found = _as_keys(self._read())
            except (OSError, ValueError):
                # Those that are known are as good as before.
                return False
            finally:
                self._read_at = monotonic()
            before, self._known = self._known, found
            return bool({one.id for one in found} - {one.id for one in before})

    def _find(self, master_id: str) -> MasterKey | None:
        return next((one for one in self._known if one.id == master_id), None)


def masters(settings: Settings) -> Masters:
    """The master keys of an installation.

    Raises ValueError when the source gives none or several are named, FileNotFoundError when the
    file is not there.
    """
    return Masters(lambda: read(settings))


def read(settings: Settings) -> tuple[bytes, ...]:
    """What the source gives now; raises as ``masters`` does."""
    check_one_source(settings)
    if settings.master_key:
        return _decoded(settings.master_key, "ZANAT_MASTER_KEY")
    if settings.master_key_command:
        return _decoded(_printed(settings), "ZANAT_MASTER_KEY_COMMAND")
    return load(settings.master_key_path)


def check_one_source(settings: Settings) -> None:
    """Raise ValueError, naming them, when more than one source is set."""
    named = [
        name
        for name, value in (
            ("ZANAT_MASTER_KEY_FILE", settings.master_key_file),
            ("ZANAT_MASTER_KEY", settings.master_key),
            ("ZANAT_MASTER_KEY_COMMAND", settings.master_key_command),
        )
        if value
    ]
    if len(named) > 1:
        raise ValueError(f"{' and '.join(named)}: set one of them only")


def is_file(settings: Settings) -> bool:
    """Whether the key is in a file."""
    return not settings.master_key and not settings.master_key_command


def is_there(settings: Settings) -> bool:
    """Whether there is a source that may give a key: a file must exist."""
    return not is_file(settings) or settings.master_key_path.exists()


def load(path: Path) -> tuple[bytes, ...]:
    """The keys in a file. Raises ValueError or FileNotFoundError."""
    return _decoded(path.read_text("ascii", errors="replace"), path.name)


def ensure(settings: Settings) -> None:
    """Make a key when the source is a file that is not there yet."""
    check_one_source(settings)
    if is_file(settings):
        make(settings.master_key_path)


def make(path: Path) -> bool:
    """Make a key there, readable by its owner only; False when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as file:
        _write(file.fileno(), (new(),))
    return True


def new() -> bytes:
    """A key that nobody had before."""
    return secrets.token_bytes(BYTES)


def put(path: Path, *given: bytes) -> None:
    """Have these keys, the newest first, in place of what the file has: wholly or not at all.

    Raises OSError when the folder cannot be written to.
    """
    beside = path.with_name(f".{path.name}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write(handle, given)
    finally:
        os.close(handle)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(handle: int, given: tuple[bytes, ...]) -> None:
    os.write(handle, b"".join(base64.b64encode(one) + b"\n" for one in given))
    os.fsync(handle)


def _printed(settings: Settings) -> str:
    """What the command prints. Its words, its output and its errors are told to nobody."""
    name = "ZANAT_MASTER_KEY_COMMAND"
    try:
        words = shlex.split(settings.master_key_command)
    except ValueError as error:
        raise ValueError(f"{name}: its quotes do not match") from error
    wrapped = settings.home / "keys" / "master.wrapped"
    given = wrapped.read_bytes()[:_GIVEN_BYTES_MAX] if wrapped.exists() else b""
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, IndexError) as error:
        raise ValueError(f"{name}: it cannot be run ({type(error).__name__})") from None
    with process:
        answer, ended = _heard(process, given)
    if ended is None:
        raise ValueError(f"{name}: it printed no key within {COMMAND_SECONDS:.0f} s")
    if len(answer) > ANSWER_BYTES_MAX:
        raise ValueError(f"{name}: it printed more than a key")
    if ended:
        raise ValueError(f"{name}: it ended with {ended}")
    return answer.decode("ascii", "replace")


def _heard(process: subprocess.Popen[bytes], given: bytes) -> tuple[bytes, int | None]:
    """What it printed and how it ended (None: not in time). Nothing of it is left running."""
    if process.stdin is None or process.stdout is None:
        raise OSError("the command has no pipes")
    deadline = monotonic() + COMMAND_SECONDS
    answers: list[bytes] = []
    out = process.stdout
    reader = threading.Thread(target=lambda: answers.append(out.read(ANSWER_BYTES_MAX + 1)))
    reader.start()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(given)
        process.stdin.close()
    reader.join(COMMAND_SECONDS)
    ended = None
    if answers and len(answers[0]) <= ANSWER_BYTES_MAX:
        with contextlib.suppress(subprocess.TimeoutExpired):
            ended = process.wait(max(0.0, deadline - monotonic()))
    with contextlib.suppress(ProcessLookupError):
        # It leads a group of its own, so that what it began ends with it.
        os.killpg(process.pid, signal.SIGKILL)
    reader.join()
    return answers[0], 0 if ended is None and len(answers[0]) > ANSWER_BYTES_MAX else ended


def _decoded(text: str, source: str) -> tuple[bytes, ...]:
    try:
        found = tuple(base64.b64decode(one, validate=True) for one in text.split())
    except (binascii.Error, ValueError):
        found = ()
    if not found or len(found) > KEYS_MAX or any(len(one) != BYTES for one in found):
        raise ValueError(f"{source}: a master key is 32 bytes in base64")
    return found


def _as_keys(given: tuple[bytes, ...]) -> tuple[MasterKey, ...]:
    return tuple(MasterKey(one) for one in given)
