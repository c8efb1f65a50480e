"""Attachments of people's records: sealed under the person's key before they are kept.

    files = Attachments.open(service)
    reference = files.put(registration_id, "identity", content, "application/pdf")
    files.get(reference.sha256)    ->  content, or None once the person's key is destroyed

An event holds the reference only. Its hash is that of the sealed bytes: the hash of the content
would tell, after erasure, whether a person had a certain document. The same content kept twice is
two files, since each is sealed with a nonce of its own.

What comes from outside goes through ``shared.web.uploads`` first, where it is opened, cleaned and
looked through; here its size and first bytes are asked once more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag

from shared.errors import Invalid, Missing
from shared.events.event import DATA_CLASSES
from shared.files.cleaning import BYTES_MAX, too_large
from shared.files.kinds import MARKS, SHEETS, unknown_kind
from shared.files.shelf import FolderShelf, Shelf
from shared.language.marking import N_
from shared.privacy.keyring import KeyName, Keyring
from shared.privacy.sealing import DataErased
from shared.service import Service

_MARK: Final = b"ZANAT-FILE-1\n"
_KEY_ID: Final = slice(len(_MARK), len(_MARK) + 36)
_NONCE: Final = slice(_KEY_ID.stop, _KEY_ID.stop + 12)
MEDIA_TYPES: Final = tuple(MARKS)
"""What may be kept."""


class Damaged(Exception):
    """The sealed bytes are not those that the hash was made of."""


class FileReference(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says of a file.

    sha256: of the sealed bytes, in hexadecimal. size: of the content, in bytes.
    """

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Attachments:
    """Seals, keeps and opens files. Thread-safe."""

    keyring: Keyring
    shelf: Shelf

    @classmethod
    def open(cls, service: Service) -> Attachments:
        """The installation's files, in ``files`` of its home."""
        return cls(service.keyring, FolderShelf(service.settings.home / "files"))

    def put(
        self,
        owner: str,
        data_class: str,
        content: bytes,
        media_type: str,
        *,
        group: str = "programme",
    ) -> FileReference:
        """Seal and keep a file; durable when this returns.

        owner: the registration whose keys seal it. Raises Invalid for a file that is empty, too
        large, of another kind than it says or of a kind that is not kept, and DataErased when the
        owner's key was destroyed.
        """
        if data_class not in DATA_CLASSES:
            raise ValueError(f"no data class {data_class!r}")
        check(content, media_type)
        name = KeyName(owner, data_class, group)
        key = self.keyring.ensure({name})[name]
        cipher = key.cipher
        if cipher is None:
            raise DataErased
        nonce = self.keyring.random_bytes(12)
        head = _MARK + key.key_id.encode()
        sealed = head + nonce + cipher.encrypt(nonce, content, head)
        sha256 = hashlib.sha256(sealed).hexdigest()
        self.shelf.put(sha256, sealed)
        return FileReference(sha256=sha256, size=len(content), media_type=media_type)

    def get(self, sha256: str) -> bytes | None:
        """The content; None once its key is destroyed, or where this service may not look.

        Raises Missing when there is no such file, Damaged when its bytes were changed.
        """
        sealed = self.shelf.get(sha256)
        if sealed is None:
            raise Missing("file-missing", N_("There is no such file."))
        if hashlib.sha256(sealed).hexdigest() != sha256 or not sealed.startswith(_MARK):
            raise Damaged(sha256)
        key = self.keyring.open_key(sealed[_KEY_ID].decode("ascii", "replace"))
        cipher = None if key is None else key.cipher
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[_NONCE], sealed[_NONCE.stop :], sealed[: _KEY_ID.stop])
        except InvalidTag as error:
            raise Damaged(sha256) from error


def check(content: bytes, media_type: str) -> None:
    """Raise Invalid unless the content is of a kind that we keep and looks like it."""
    if media_type not in MARKS and media_type not in SHEETS:
        raise unknown_kind()
    if not content:
        raise Invalid("file-empty", N_("This file is empty."))
    if len(content) > BYTES_MAX:
        raise too_large()
    marks = MARKS.get(media_type, ())
    if any(content[start : start + len(mark)] != mark for start, mark in marks):
        raise Invalid("file-kind-differs", N_("This file is not of the kind that its name says."))
