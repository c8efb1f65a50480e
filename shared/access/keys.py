"""Where the keys that sign tokens lie: a PEM file that only its owner can read.

key = load_or_create(home / "keys" / "tokens.pem")
publish(key, home / "keys" / "public")
verifier = TokenVerifier(public_keys(home / "keys" / "public"), ...)
"""

from __future__ import annotations

import os
from pathlib import Path

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

from shared.access.tokens import SigningKey, key_id

PUBLIC_KEYS_MAX = 100


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
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(pem)
    partial.replace(path)
    return path


def public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Every public key of a folder by its id. Raises ValueError for what is no Ed25519 key."""
    keys: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("*.pem"))[:PUBLIC_KEYS_MAX]:
        public = load_pem_public_key(path.read_bytes())
        if not isinstance(public, Ed25519PublicKey):
            raise ValueError(f"{path} holds no Ed25519 key")
        keys[key_id(public)] = public
    return keys


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
