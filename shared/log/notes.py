"""Signed notes, checkpoints and cosignatures as C2SP writes them, so that tools from elsewhere read
them: ``signed-note``, ``tlog-checkpoint`` and ``tlog-cosignature``, with Ed25519.

    text = Checkpoint("zanat/grants", size, root).text()
    signed = Note(text).with_line(Signer("zanat/grants", seed).sign(text))
    Note.parse(bytes(signed)).verified_by([Verifier.parse("zanat/grants+530d903a+Aek…")])

A name and a key's four-byte id together name the key; a line of a key that nobody knows is no
error, one of a known key that does not fit is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
"""Signature types. Source: C2SP signed-note, section Signature types."""

NOTE_BYTES_MAX = 1_000_000
LINES_MAX = 100
SIZE_MAX: Final = (1 << 63) - 1
"""What a database can keep; no log is so long."""
_MARK = "— "
_ID_BYTES = 4
_KEY_BYTES = 32
_TIME_BYTES = 8
_TIME_MAX = (1 << 63) - 1
_PRIVATE = "PRIVATE+KEY+"
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
K = TypeVar("K", bound="PrivateKey")


class BadNote(ValueError):
    """What is no note, checkpoint or key, or whose signature does not fit."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that tell a name's keys apart. Source: C2SP signed-note, Signatures."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]


@dataclass(frozen=True)
class PrivateKey:
    """An Ed25519 key, by its 32-byte seed, of one name and one signature type."""

    name: str
    seed: bytes = field(repr=False)
    kind: ClassVar[int]

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != _KEY_BYTES:
            raise BadNote("a key has 32 bytes")

    @classmethod
    def parse(cls: type[K], text: str) -> K:
        """The key that ``private_key`` wrote. Raises BadNote, never with the key in its words."""
        if not text.startswith(_PRIVATE):
            raise BadNote("this is no private key")
        name, found_id, material = _key_parts(text.removeprefix(_PRIVATE))
        if len(material) != 1 + _KEY_BYTES or material[0] != cls.kind:
            raise BadNote("this is no private key of this kind")
        found = cls(name, material[1:])
        if found.key_id != found_id:
            raise BadNote("the private key does not fit its own id")
        return found

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    @cached_property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def verifier_key(self) -> str:
        """``name+id+base64``, which anybody may have."""
        return _key_text(self.name, self.key_id, bytes([self.kind]) + self.public)

    @property
    def private_key(self) -> str:
        """``PRIVATE+KEY+name+id+base64``, as Go's note package writes it."""
        return _PRIVATE + _key_text(self.name, self.key_id, bytes([self.kind]) + self.seed)

    def _line(self, signature: bytes) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + signature).decode()}\n"


class Signer(PrivateKey):
    """Signs notes."""

    kind: ClassVar[int] = ED25519

    def sign(self, text: str) -> str:
        """The signature line, with its newline, over a note's text."""
        return self._line(self._key.sign(_checked(text).encode()))


class Cosigner(PrivateKey):
    """Says that it saw a checkpoint's log grow only, as of a moment: ``cosignature/v1``."""

    kind: ClassVar[int] = COSIGNATURE

    def cosign(self, text: str, timestamp: int) -> str:
        """The line over a checkpoint's text; ``timestamp`` in seconds since 1970."""
        signed = self._key.sign(_cosigned(_checked(text), timestamp))
        return self._line(timestamp.to_bytes(_TIME_BYTES, "big") + signed)


@dataclass(frozen=True)
class Verifier:
    """Verifies the signature lines of one public key."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """``name+id+base64`` of a key that signs notes or cosigns checkpoints; else BadNote."""
        name, found_id, material = _key_parts(text)
        if len(material) != 1 + _KEY_BYTES or material[0] not in _SIGNED:
            raise BadNote("a verifier key of a kind that is not known here")
        found = cls(name, material[0], material[1:])
        if found.key_id != found_id:
            raise BadNote("the verifier key does not fit its own id")
        return found

    @cached_property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def verifier_key(self) -> str:
        """``name+id+base64``."""
        return _key_text(self.name, self.key_id, bytes([self.kind]) + self.public)

    def made(self, line: SignatureLine) -> bool:
        """Whether the line says that it is this key's."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def verify(self, text: str, line: str | SignatureLine) -> int | None:
        """Raise BadNote unless the line is this key's over the text.

        Returns a cosignature's time in seconds since 1970, None for an ordinary signature.
        """
        found = SignatureLine.parse(line) if isinstance(line, str) else line
        if not self.made(found):
            raise BadNote("the signature is another key's")
        signed, signature, timestamp = _SIGNED[self.kind](text, found.signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except (InvalidSignature, ValueError) as error:
            raise BadNote(f"the signature of {self.name} does not fit the text") from error
        return timestamp


@dataclass(frozen=True)
class SignatureLine:
    """Name, key id and signature, without knowing the key."""

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> SignatureLine:
        """``— name base64``, with or without its newline; else BadNote."""
        parts = line.removesuffix("\n").removeprefix(_MARK).split(" ")
        if not line.startswith(_MARK) or len(parts) != 2:
            raise BadNote("this is no signature line")
        _check_name(parts[0])
        raw = _from_base64(parts[1])
        if len(raw) <= _ID_BYTES:
            raise BadNote("a signature line without a signature")
        return cls(parts[0], raw[:_ID_BYTES], raw[_ID_BYTES:])

    def __str__(self) -> str:
        encoded = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_MARK}{self.name} {encoded}\n"


@dataclass(frozen=True)
class Note:
    """A text, which ends in a newline, and the signatures under it."""

    text: str
    signatures: tuple[SignatureLine, ...] = ()

    @classmethod
    def parse(cls, raw: bytes) -> Note:
        """The note in these bytes; raises BadNote. Nothing is verified yet."""
        if len(raw) > NOTE_BYTES_MAX:
            raise BadNote("the note is too long")
        try:
            whole = raw.decode()
        except UnicodeDecodeError as error:
            raise BadNote("a note is written in UTF-8") from error
        cut = whole.rfind("\n\n")
        if cut < 0 or not whole.endswith("\n") or _CONTROLS.search(whole):
            raise BadNote("this is no signed note")
        *lines, _ = whole[cut + 2 :].split("\n")
        if not 0 < len(lines) <= LINES_MAX:
            raise BadNote("a note has from 1 to 100 signatures")
        return cls(whole[: cut + 1], tuple(SignatureLine.parse(line) for line in lines))

    def __bytes__(self) -> bytes:
        return (_checked(self.text) + "\n" + "".join(map(str, self.signatures))).encode()

    def with_line(self, line: str) -> Note:
        """This note with one more signature line; the same when it has the line already."""
        added = SignatureLine.parse(line)
        return self if added in self.signatures else Note(self.text, (*self.signatures, added))

    def verified_by(self, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
        """The keys of these that signed; never none.

        Raises BadNote where a line of a known key does not fit, and when no known key signed.
        """
        known = {(v.name, v.key_id): v for v in verifiers}
        found = []
        for line in self.signatures:
            verifier = known.get((line.name, line.key_id))
            if verifier is not None:
                verifier.verify(self.text, line)
                found.append(verifier)
        if not found:
            raise BadNote("no known key signed this note")
        return tuple(found)


@dataclass(frozen=True)
class Checkpoint:
    """A log's name, how many entries it has, and the root (32 bytes) over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed. Source: C2SP tlog-checkpoint, Note text."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode())
        return "".join(f"{line}\n" for line in (*lines, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint that a note's text is; else BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise BadNote("a checkpoint has three lines or more and none is empty")
        origin, size, root, *extensions = lines[:-1]
        if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
            raise BadNote("a checkpoint's second line is its size")
        found = cls(origin, int(size), _from_base64(root), tuple(extensions))
        if len(found.root) != _KEY_BYTES:
            raise BadNote("a checkpoint's third line is a root of 32 bytes")
        return found


def _plain(text: str, signature: bytes) -> tuple[bytes, bytes, int | None]:
    return text.encode(), signature, None


def _timed(text: str, signature: bytes) -> tuple[bytes, bytes, int | None]:
    timestamp = int.from_bytes(signature[:_TIME_BYTES], "big")
    return _cosigned(text, timestamp), signature[_TIME_BYTES:], timestamp


_SIGNED: Final[dict[int, Callable[[str, bytes], tuple[bytes, bytes, int | None]]]] = {
    ED25519: _plain,
    COSIGNATURE: _timed,
}
"""By signature type: (text, signature) to (signed bytes, Ed25519 signature, time)."""


def _cosigned(text: str, timestamp: int) -> bytes:
    if not 0 <= timestamp <= _TIME_MAX:
        raise BadNote("a cosignature's time is out of range")
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _checked(text: str) -> str:
    if not text.endswith("\n") or _CONTROLS.search(text):
        raise BadNote("a note's text ends in a newline and has no control characters")
    return text


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadNote("a key's name is not empty and has neither space nor plus")


def _key_text(name: str, identifier: bytes, material: bytes) -> str:
    return f"{name}+{identifier.hex()}+{base64.b64encode(material).decode()}"


def _key_parts(text: str) -> tuple[str, bytes, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise BadNote("a key is name, id and base64, with a plus between")
    _check_name(parts[0])
    return parts[0], bytes.fromhex(parts[1]), _from_base64(parts[2])


def _from_base64(text: str) -> bytes:
    """The bytes; raises BadNote where another writing of them would be the usual one."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("this is no base64") from error
    if base64.b64encode(raw).decode() != text:
        raise BadNote("this is no canonical base64")
    return raw
