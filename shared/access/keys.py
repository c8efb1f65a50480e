"""Where the keys that sign tokens lie: PEM files that only their owner can read.

    folder = KeyFolder(home / "keys")
    key = folder.current()                     # made at the first call
    folder.rotate(clock)                       # -> (old id, new id); tokens of both are taken
    verifier = TokenVerifier(PublicKeys(folder.public), ...)

``tokens.pem`` signs. ``public/<id>.pem`` is what the services verify with; ``public/<id>.until``
says of a key that was replaced when its last token ran out: none that lives longer is taken. Its
public half stays a while after that, since by it accounts renews tokens that ran out.

Several processes may rotate and sign at once: one of them works, under a lock on ``tokens.lock``,
and every file appears whole or not at all. What is cut short goes on when ``rotate`` is called
again.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.access.tokens import LIFETIME, SigningKey, key_id
from shared.clock import Clock

PUBLIC_KEYS_MAX: Final = 100
READ_AGAIN_SECONDS: Final = 5.0
"""How long a process goes on with what it read of the folder."""

UNKNOWN_SECONDS: Final = 2.0
"""A key id that nobody knows makes a process read the folder again, at most so often."""

TAKEN_FOR: Final = LIFETIME + timedelta(minutes=1)
"""A key that was replaced: its last token, with a minute for processes that sign with it still."""

RENEWED_FOR: Final = timedelta(hours=12)
"""How long a token that ran out can be renewed (``sessions/signing_in.py``, ``IDLE_MAX``)."""


@dataclass(frozen=True)
class KeyFolder:
    """The folder of an installation's keys, as accounts sees it."""

    folder: Path

    @property
    def public(self) -> Path:
        """What every service may read."""
        return self.folder / "public"

    @property
    def _current(self) -> Path:
        return self.folder / "tokens.pem"

    @property
    def _next(self) -> Path:
        return self.folder / "tokens.next.pem"

    def current(self) -> SigningKey:
        """The key that signs, published; a fresh one when there is none."""
        key = load_or_create(self._current)
        if not (self.public / f"{key.kid}.pem").exists():
            publish(key, self.public)
        return key

    def made_at(self) -> float:
        """When the key that signs came into use, in seconds since 1970."""
        return self._current.stat().st_mtime

    def rotate(
        self,
        clock: Clock,
        *,
        replaces: str | None = None,
        at_once: bool = False,
        before: Callable[[str, str], None] = lambda _old, _new: None,
        wait: Callable[[float], None] = sleep,
    ) -> tuple[str, str]:
        """Sign with a new key from now on; (id of the old key, id of the new one).

        replaces: only while this is the key that signs; else nothing happens and both ids are one.
        at_once:  forget the old key now: somebody else may know it. Whoever is signed in signs in
            again.
        before:   told of both ids before the new key signs, to put it on record.
        wait:     the new key is published, and signs once every process has had the time to see it.
        """
        with self._locked():
            old = self.current()
            if replaces is not None and old.kid != replaces:
                return old.kid, old.kid
            new = load_or_create(self._next)
            if new.kid != old.kid:
                publish(new, self.public)
                wait(UNKNOWN_SECONDS + READ_AGAIN_SECONDS)
                before(old.kid, new.kid)
                os.utime(self._next)
                self._next.replace(self._current)
            self._retire(clock.now(), new.kid, at_once=at_once)
            return old.kid, new.kid

    def _retire(self, now: datetime, current: str, *, at_once: bool) -> None:
        """Say of every other key until when it is taken, and forget those that nobody needs."""
        for path in self.public.glob("*.pem"):
            kid = path.stem
            if kid == current:
                continue
            mark = path.with_suffix(".until")
            until = read_until(mark)
            if until is None and not at_once:
                _write(mark, (now + TAKEN_FOR).isoformat().encode(), mode=0o644)
            elif at_once or (until is not None and until + RENEWED_FOR <= now):
                path.unlink(missing_ok=True)
                mark.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "tokens.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class CurrentKey:
    """The key that signs, as the folder has it now: another process may have replaced it."""

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._read_at = monotonic()
        self._key = folder.current()

    def __call__(self) -> SigningKey:
        now = monotonic()
        if now - self._read_at >= READ_AGAIN_SECONDS:
            self._read_at = now
            self._key = self._folder.current()
        return self._key


class PublicKeys:
    """The public keys of a folder, by id; what is new there is noticed, what is gone too.

    The folder is read again every few seconds, and at once for an unknown id, but never more often
    than ``UNKNOWN_SECONDS``: whoever sends made-up ids makes nobody read files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[Ed25519PublicKey, int | None]] = {}
        self._read_at = float("-inf")
        self._read()

    def get(self, kid: str, /) -> tuple[Ed25519PublicKey, int | None] | None:
        """The key of this id, with the second since 1970 that none of its tokens outlives."""
        age = monotonic() - self._read_at
        if age >= READ_AGAIN_SECONDS or (age >= UNKNOWN_SECONDS and kid not in self._keys):
            self._read()
        return self._keys.get(kid)

    def _read(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # Somebody else reads just now; what is known does meanwhile.
        try:
            self._keys = {
                kid: (key, None if until is None else int(until.timestamp()))
                for kid, key in public_keys(self._folder).items()
                for until in (read_until(self._folder / f"{kid}.until"),)
            }
        except (OSError, ValueError):
            # At the start somebody must look; later what was known serves on.
            if self._read_at == float("-inf"):
                raise
            structlog.get_logger("zanat.access").exception("token keys cannot be read again")
        finally:
            self._read_at = monotonic()
            self._lock.release()


def load_or_create(path: Path) -> SigningKey:
    """The key in the file; a fresh one, written with mode 0600, when there is no file.

    Two processes that start at once end with the same key: the file appears whole under its name
    or not at all, and whoever comes second reads it. Raises ValueError when it is no Ed25519 key.
    """
    if not path.exists():
        _create(path)
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return SigningKey(private)


def publish(key: SigningKey, folder: Path) -> Path:
    """Put the public half where the other services find it, as ``<key id>.pem``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key.kid}.pem"
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(path, pem, mode=0o644)
    return path


def public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Every public key of a folder by its id. Raises ValueError for what is no Ed25519 key."""
    keys: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("*.pem"))[:PUBLIC_KEYS_MAX]:
        try:
            pem = path.read_bytes()
        except FileNotFoundError:
            continue  # It was forgotten between listing and reading.
        public = load_pem_public_key(pem)
        if not isinstance(public, Ed25519PublicKey):
            raise ValueError(f"{path} holds no Ed25519 key")
        keys[key_id(public)] = public
    return keys


def read_until(path: Path) -> datetime | None:
    """When the last token of a key runs out; None for one that nobody replaced."""
    try:
        return datetime.fromisoformat(path.read_text().strip())
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes, *, mode: int) -> None:
    """Put a file in its place whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = SigningKey.generate().private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A hard link fails when the name is taken, which rename would silently overwrite.
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink(missing_ok=True)
