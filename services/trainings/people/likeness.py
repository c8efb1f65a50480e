"""How likely two registrations are one person's: a score from 0 to 100, with what speaks for it.

>>> one = Traits("mira dordevic", "1990-02-01", "topola")
>>> other = Traits("mira dordevc", "1990-01-02", "topola")
>>> likeness = compare(one, other)
>>> likeness.score, likeness.reasons
(73, ('one_letter', 'day_and_month', 'same_municipality'))

Two that agree in name, birth date and municipality, of which one has no national number, are likely
duplicates by the rule of the programme's register: they alone have ``LIKELY`` and more. Below stand
those that somebody should look at too. Nothing is put together by a score. Source: domain, *Calls,
applications, awards*: exact by keyed hash, likely by name, birth date, phone, address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA

from shared.language.marking import N_

LIKELY: Final = 90
"""From here on the rule says so: what counts as a likely duplicate in figures."""
WORTH_A_LOOK: Final = 60
"""From here on two are shown to somebody, apart from the likely ones."""

REASONS: Final[dict[str, tuple[int, str]]] = {
    "same_name": (50, N_("same name")),
    "other_order": (48, N_("same name in another order")),
    "one_letter": (40, N_("name differs by one letter")),
    "word_more": (38, N_("one name has a word more")),
    "two_letters": (32, N_("name differs by two letters")),
    "same_first_name": (12, N_("same first name")),
    "same_birth_date": (35, N_("same birth date")),
    "day_and_month": (28, N_("day and month of birth are swapped")),
    "one_digit": (25, N_("birth date differs by one digit")),
    "same_municipality": (5, N_("same municipality")),
    "same_phone": (10, N_("same phone")),
    "same_email": (10, N_("same e-mail address")),
    "other_birth_date": (-15, N_("another birth date")),
    "other_sex": (-10, N_("another sex")),
    "other_number": (-25, N_("another national number")),
}
"""Reason → what it adds to the score, and its words."""

_LETTERS_MIN: Final = 8
"""Letters of a name from which on two of them may differ."""


@dataclass(frozen=True)
class Traits:
    """By what two registrations are compared. Keyed hashes stand for numbers and addresses.

    name, municipality: folded. birth_date: ISO day, or empty where it is not known.
    """

    name: str
    birth_date: str
    municipality: str
    sex: str = ""
    number: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Compared:
    """score: 0 to 100. reasons: keys of ``REASONS``, what speaks for it before what speaks against.

    by_rule: whether it is a likely duplicate by the register's rule.
    """

    score: int
    reasons: tuple[str, ...]
    by_rule: bool


def compare(one: Traits, other: Traits) -> Compared:
    """How alike two registrations are."""
    found = (
        _name(one.name.split(), other.name.split()),
        _birth_date(one.birth_date, other.birth_date),
        "same_municipality" if _same(one.municipality, other.municipality) else None,
        "same_phone" if _same(one.phone, other.phone) else None,
        "same_email" if _same(one.email, other.email) else None,
        "other_sex" if one.sex and other.sex and one.sex != other.sex else None,
        "other_number" if one.number and other.number and one.number != other.number else None,
    )
    reasons = tuple(sorted((name for name in found if name), key=lambda name: REASONS[name][0] < 0))
    score = sum(REASONS[name][0] for name in reasons)
    agrees = {"same_name", "same_birth_date", "same_municipality"} <= set(reasons)
    by_rule = agrees and not (one.number and other.number)
    low, high = (LIKELY, 100) if by_rule else (0, LIKELY - 1)
    return Compared(max(low, min(high, score)), reasons, by_rule)


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and one == other


def _name(one: list[str], other: list[str]) -> str | None:
    if not one or not other:
        return None
    if one == other:
        return "same_name"
    if sorted(one) == sorted(other):
        return "other_order"
    joined = " ".join(one)
    ways = (" ".join(other), " ".join(sorted(other)), " ".join(reversed(other)))
    differ = min(
        OSA.distance(joined, ways[0], score_cutoff=2),
        OSA.distance(" ".join(sorted(one)), ways[1], score_cutoff=2),
        OSA.distance(joined, ways[2], score_cutoff=2),
    )
    if differ == 1:
        return "one_letter"
    fewer, more = sorted((one, other), key=len)
    if len(fewer) > 1 and set(fewer) < set(more):
        return "word_more"
    if differ == 2 and len(joined) >= _LETTERS_MIN:
        return "two_letters"
    return "same_first_name" if one[0] == other[0] else None


def _birth_date(one: str, other: str) -> str | None:
    if not one or not other:
        return None
    if one == other:
        return "same_birth_date"
    if swapped(one) == other:
        return "day_and_month"
    differ = sum(a != b for a, b in zip(one, other, strict=False))
    return "one_digit" if differ == 1 and len(one) == len(other) else "other_birth_date"


def swapped(day: str) -> str:
    """An ISO day with day and month in each other's place.

    >>> swapped("1990-02-01")
    '1990-01-02'
    """
    return f"{day[:4]}-{day[8:]}-{day[5:7]}"
