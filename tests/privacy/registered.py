"""A small register of people of whom each is unlike all others, and what is to be looked for.

    people = Registered.invent(folder)
    people.secrets({"2015/0042"})    ->  Secrets: names, phones, numbers and accounts of one person

An invented register gives the same name to many; here each name and phone is one person's alone, so
that a trace of somebody is a trace of nobody else.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from services.register.invent import invent
from tests.privacy.searching import Secrets

SEED = 1
PEOPLE = 24
_FIRST = ("Zvezdana", "Njegoš", "Ljubinka", "Đurađ")
_SYLLABLES = ("ba", "ce", "di", "go", "hu", "ja", "ke", "li", "mo", "nu")


@dataclass
class Registered:
    """``people``: reference to name, phone and number; ``accounts``: reference to accounts."""

    folder: Path
    people: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    accounts: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def invent(cls, folder: Path) -> Registered:
        """Write the register."""
        invent(folder, seed=SEED, people=PEOPLE)
        made = cls(folder)
        path = folder / "participants.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            names, rows = list(reader.fieldnames or ()), list(reader)
        for number, row in enumerate(rows):
            row["full_name"] = _name(number)
            row["phone"] = f"+381 65 {7_000_003 + number * 7_919}"
            made.people[row["participant_no"]] = (row["full_name"], row["phone"], row["jmbg"])
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, names)
            writer.writeheader()
            writer.writerows(rows)
        with (folder / "applications.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                made.accounts.setdefault(row["participant_no"], set()).add(row["account"])
        return made

    def secrets(self, references: Collection[str], *, kinds: Collection[str] = ()) -> Secrets:
        """What of these people is to be looked for; ``kinds``: only name, phone, number, account.

        A number or an account that somebody else has too is left out: it is not theirs alone.
        """
        found = Secrets()
        for reference in references:
            name, phone, number = self.people[reference]
            texts = {("name", name), ("phone", phone), ("number", number)}
            texts |= {("account", one) for one in self.accounts.get(reference, set())}
            for kind, text in sorted(texts):
                if (not kinds or kind in kinds) and not self._shared(text, references):
                    found.add(text, f"{kind} of {reference}")
        return found

    def _shared(self, text: str, references: Collection[str]) -> bool:
        others = self.people.keys() - set(references)
        return any(text in self.people[one] or text in self.accounts.get(one, ()) for one in others)


def _name(number: int) -> str:
    tens, ones = divmod(number, 10)
    surname = f"Ć{_SYLLABLES[tens]}{_SYLLABLES[ones]}žešković"
    return f"{_FIRST[number % len(_FIRST)]} {surname}"
