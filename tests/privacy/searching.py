"""Looks for many texts in many megabytes at once, in every form in which they could stand there.

    secrets = Secrets.of_register(REGISTER)
    secrets.found_in(path.read_bytes())  ->  {"phone of row 7"}

The answer names kind and row, never the text.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from shared.language.folding import fold
from shared.language.scripts import to_cyrillic, to_latin

WINDOW = 8


@dataclass
class Secrets:
    """Bytes to look for, and what each of them is. ``texts``: label to text as it was given."""

    texts: dict[str, str] = field(default_factory=dict)
    forms: dict[bytes, set[str]] = field(default_factory=dict)
    _by_start: dict[int, list[bytes]] = field(default_factory=dict)

    @classmethod
    def of_register(cls, folder: Path) -> Self:
        """Names, phones, national numbers and accounts of everybody in a register's files."""
        secrets = cls()
        columns = {
            "participants.csv": ("full_name", "phone", "jmbg"),
            "applications.csv": ("account",),
        }
        for file, names in columns.items():
            with (folder / file).open(encoding="utf-8", newline="") as lines:
                for number, row in enumerate(csv.DictReader(lines), start=2):
                    for name in names:
                        secrets.add(row[name], f"{name} of {file} row {number}")
        return secrets

    def add(self, text: str, label: str) -> None:
        """Look for a text in all its forms. Empty ones are not known to the register."""
        if not text:
            return
        self.texts[label] = text
        for form in forms_of(text):
            assert len(form) >= WINDOW, f"{label} is too short to be looked for"
            if form not in self.forms:
                self._by_start.setdefault(int.from_bytes(form[:WINDOW], "little"), []).append(form)
            self.forms.setdefault(form, set()).add(label)

    def told(self, stored: bytes, *kinds: str) -> bool:
        """Whether all that is known of these kinds stands there word for word."""
        texts = [text for label, text in self.texts.items() if label.startswith(kinds)]
        return len(texts) > 500 and all(text.encode() in stored for text in texts)

    def found_in(self, stored: bytes) -> set[str]:
        """What of it stands in these bytes, at any place.

        Each of the eight alignments is read as numbers of eight bytes; only where one of them is
        how a form begins are the bytes searched.
        """
        found: set[str] = set()
        whole = memoryview(stored)
        starts = set(self._by_start)
        begun: set[int] = set()
        for start in range(min(WINDOW, max(0, len(stored) - WINDOW + 1))):
            end = start + (len(stored) - start) // WINDOW * WINDOW
            # Numbers of this machine: little-endian on all that Zanat runs on.
            begun |= starts.intersection(whole[start:end].cast("Q"))
        for number in begun:
            for form in self._by_start[number]:
                if form in stored:
                    found |= self.forms[form]
        return found


def forms_of(text: str) -> Iterator[bytes]:
    """A text as it may stand in a file: spellings, encodings, and hashes without a key."""
    for spelling in sorted(spellings_of(text)):
        yield spelling.encode()
        yield spelling.encode("utf-16-le")
        yield spelling.encode("utf-16-be")
        yield spelling.encode().hex().encode()
        yield json.dumps(spelling)[1:-1].encode()
        yield base64.b64encode(spelling.encode()).rstrip(b"=")[:-1]
    for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5):
        yield digest(text.encode()).digest()
        yield digest(text.encode()).hexdigest().encode()


def spellings_of(text: str) -> set[str]:
    """As it is, in the other script, without marks, in small and in capital letters, unspaced."""
    spellings = {text, to_latin(text), to_cyrillic(text), fold(text)}
    spellings |= {one.lower() for one in spellings} | {one.upper() for one in spellings}
    spellings |= {unicodedata.normalize("NFD", one) for one in spellings}
    if any(character.isdigit() for character in text):
        spellings |= {"".join(c for c in text if c.isdigit())}
    return {one for one in spellings if len(one.encode()) >= WINDOW}
