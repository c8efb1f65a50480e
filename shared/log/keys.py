"""Where the keys that sign a log's checkpoints lie: a folder of files, outside every database.

    ensure(settings, "grants")                  # ``migrate`` does
    signer(settings, "grants").sign(text)
    verifier_keys(settings, "grants")           # ("zanat/grants+530d903a+Aek…", retired ones …)

``<service>.key`` signs the service's own log, ``<service>.witness.key`` cosigns those that it
watches; only their owner may read them. ``<service>.vkeys`` and ``<service>.witness.vkeys`` have
the public keys, the one in use first, then those that were; anybody may read them. A key that was
replaced signs one checkpoint more, beside its successor (``<service>.retiring-<id>.key``), and is
then taken away. ``<service>.retired`` says of each key that was replaced the size up to which it
signed alone; from there on a witness believes it no more.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from shared.log.notes import Cosigner, PrivateKey, Signer, Verifier
from shared.settings import Settings

WITNESS: Final = "witness"
_PUBLIC_MODE: Final = 0o644
_PRIVATE_MODE: Final = 0o600
K = TypeVar("K", bound=PrivateKey)


def origin(settings: Settings, service: str) -> str:
    """The name of a service's log and of the keys that sign it: ``<installation>/<service>``."""
    return f"{settings.installation}/{service}"


def witness_name(settings: Settings, service: str) -> str:
    """The name of the key with which a service cosigns other logs."""
    return f"{origin(settings, service)}/{WITNESS}"


def ensure(settings: Settings, service: str, *, witness: bool = False) -> None:
    """Make what keys of a service are missing; those that are there stay."""
    with _alone(settings):
        _ensure(settings, service, Signer(origin(settings, service), secrets.token_bytes(32)))
        if witness:
            name = witness_name(settings, service)
            _ensure(settings, f"{service}.{WITNESS}", Cosigner(name, secrets.token_bytes(32)))


def signer(settings: Settings, service: str) -> Signer:
    """The key in use for a service's log. Raises FileNotFoundError before ``migrate``."""
    return _load(Signer, settings.log_key_path / f"{service}.key")


def cosigner(settings: Settings, service: str) -> Cosigner:
    """The key with which a service cosigns. Raises FileNotFoundError where it watches none."""
    return _load(Cosigner, settings.log_key_path / f"{service}.{WITNESS}.key")


def verifier_keys(settings: Settings, service: str) -> tuple[str, ...]:
    """The public keys of a service's log: the one in use, then those that were; none: ()."""
    return _published(settings, service)


def witness_verifier_keys(settings: Settings, service: str) -> tuple[str, ...]:
    """The public keys with which a service cosigns, the one in use first; none: ()."""
    return _published(settings, f"{service}.{WITNESS}")


def verifiers(settings: Settings, service: str) -> tuple[Verifier, ...]:
    """Whatever key on record signed a service's checkpoints."""
    return tuple(Verifier.parse(key) for key in verifier_keys(settings, service))


def witness_verifiers(settings: Settings, service: str) -> tuple[Verifier, ...]:
    """Whatever key on record cosigned for a service."""
    return tuple(Verifier.parse(key) for key in witness_verifier_keys(settings, service))


def prepare_next(settings: Settings, service: str) -> tuple[Signer, Signer]:
    """(key in use, its successor): made and published, though not in use yet.

    Again before ``begin_next`` gives the same successor, so that what was cut short goes on.
    """
    with _alone(settings):
        old = signer(settings, service)
        path = _next_path(settings, service)
        if not path.exists():
            fresh = Signer(origin(settings, service), secrets.token_bytes(32))
            _write(path, fresh.private_key, _PRIVATE_MODE)
        new = _load(Signer, path)
        _publish(settings, service, new.verifier_key, first=False)
        return old, new


def begin_next(settings: Settings, service: str) -> None:
    """Use the successor from now on; the old key signs one checkpoint more beside it."""
    with _alone(settings):
        old, new = signer(settings, service), _load(Signer, _next_path(settings, service))
        if old.key_id != new.key_id:
            path = settings.log_key_path / f"{service}.retiring-{old.key_id.hex()}.key"
            _write(path, old.private_key, _PRIVATE_MODE)
        _publish(settings, service, new.verifier_key, first=True)
        _next_path(settings, service).replace(settings.log_key_path / f"{service}.key")
        _sync(settings.log_key_path)


def retiring(settings: Settings, service: str) -> tuple[Signer, ...]:
    """Keys that were replaced and still owe their signature beside their successor's."""
    paths = sorted(settings.log_key_path.glob(f"{service}.retiring-*.key"))
    return tuple(_load(Signer, path) for path in paths)


def retire(settings: Settings, service: str, signers: tuple[Signer, ...]) -> None:
    """Take keys away that have signed beside their successor. Their public halves stay."""
    for one in signers:
        path = settings.log_key_path / f"{service}.retiring-{one.key_id.hex()}.key"
        path.unlink(missing_ok=True)


def retired(settings: Settings, service: str) -> dict[str, int]:
    """Verifier key → the size up to which it signs alone, of keys that were replaced."""
    try:
        lines = _retired_path(settings, service).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {key: int(size) for key, size in (line.split() for line in lines)}


def set_retired(settings: Settings, service: str, key: str, size: int) -> None:
    """Put on record up to which size a key signs alone; what is on record stays."""
    with _alone(settings):
        known = retired(settings, service)
        if key not in known:
            text = "\n".join(f"{one} {until}" for one, until in {**known, key: size}.items())
            _write(_retired_path(settings, service), text, _PUBLIC_MODE)


def _retired_path(settings: Settings, service: str) -> Path:
    return settings.log_key_path / f"{service}.retired"


def _next_path(settings: Settings, service: str) -> Path:
    return settings.log_key_path / f"{service}.next.key"


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    settings.log_key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.log_key_path.mkdir(exist_ok=True, mode=0o755)
    with (settings.log_key_path / "keys.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _ensure(settings: Settings, stem: str, fresh: PrivateKey) -> None:
    path = settings.log_key_path / f"{stem}.key"
    if not path.exists():
        _write(path, fresh.private_key, _PRIVATE_MODE)
    found = _load(type(fresh), path)
    _publish(settings, stem, found.verifier_key, first=True)


def _load(kind: type[K], path: Path) -> K:
    return kind.parse(path.read_text("utf-8").strip())


def _published(settings: Settings, stem: str) -> tuple[str, ...]:
    path = settings.log_key_path / f"{stem}.vkeys"
    try:
        return tuple(path.read_text("utf-8").split())
    except FileNotFoundError:
        return ()


def _publish(settings: Settings, stem: str, key: str, *, first: bool) -> None:
    known = _published(settings, stem)
    others = [one for one in known if one != key]
    wanted = [key, *others] if first else [*others[:1], key, *others[1:]]
    if tuple(wanted) != known:
        _write(settings.log_key_path / f"{stem}.vkeys", "\n".join(wanted), _PUBLIC_MODE)


def _write(path: Path, text: str, mode: int) -> None:
    """The file appears whole and durable, or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
