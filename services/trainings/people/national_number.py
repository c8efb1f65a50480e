"""National numbers (JMBG): what thirteen digits say, and what about them deserves a second look.

>>> examine("0101 990 71000 8").number.birth_date
datetime.date(1990, 1, 1)
>>> [finding.code for finding in examine("0101990710005").findings]
['national-number-check-digit']

Nothing here refuses. Numbers with a wrong last digit were issued and are carried by people who
must be served, and people without papers are accepted: every finding is a warning for the officer.
Source of the rule: Yugoslav law of 1976 on the unique citizen number; DDMMYYYRRBBBK, mod 11.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from shared.language.marking import N_

Sex: TypeAlias = Literal["F", "M"]

LENGTH: Final = 13
TEXT_LENGTH_MAX: Final = 40

_SEPARATORS: Final = re.compile(r"[\s.\-/\u2010-\u2015\u200b]+")
_WEIGHTS: Final = (7, 6, 5, 4, 3, 2) * 2
_FIRST_FEMALE_SERIAL: Final = 500
_COUNTRY_BY_REGION_TENS: Final = {
    1: "BA",
    2: "ME",
    3: "HR",
    4: "MK",
    5: "SI",
    7: "RS",
    8: "RS",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A warning: stable code, English msgid, and facts that never repeat the number."""

    code: str
    sentence: str
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class NationalNumber:
    """The parts of a number that can be read.

    digits:     the thirteen digits; the form to seal, to hash and to compare.
    birth_date: as the number says it.
    sex:        as the number says it; what a person declares goes before it.
    region:     two digits, where the number was given: birth before 1976 does not count.
    country:    ISO 3166 code of that region, None for foreigners' and other series.
    """

    digits: str
    birth_date: date
    sex: Sex
    region: int
    country: str | None

    def __repr__(self) -> str:
        """Without the number, which must not reach a log by way of an error message."""
        return "NationalNumber(...)"


@dataclass(frozen=True, kw_only=True)
class Examination:
    """normalised: the text without separators; number: None when it cannot be read."""

    normalised: str
    number: NationalNumber | None
    findings: tuple[Finding, ...]


def normalise(text: str) -> str:
    """``text`` without spaces, dots, dashes and strokes, digits of any width as 0-9.

    Leading zeros that a spreadsheet dropped are not guessed back.
    """
    plain = unicodedata.normalize("NFKC", text[:TEXT_LENGTH_MAX])
    # What a separator kept apart may now compose, and one character (¼) have become three.
    return unicodedata.normalize("NFKC", _SEPARATORS.sub("", plain))[:TEXT_LENGTH_MAX]


def examine(
    text: str,
    *,
    birth_date: date | None = None,
    sex: str | None = None,
    today: date | None = None,
) -> Examination:
    """Read a national number and compare it with what else is known of the person.

    birth_date, sex: as registered, where given. today: where given, later birth dates are found.
    """
    digits = normalise(text)
    if not re.fullmatch(r"[0-9]+", digits):
        return _unread(
            digits,
            "national-number-digits",
            N_("A national number consists of digits; this one has other characters."),
        )
    if len(digits) != LENGTH:
        return _unread(
            digits,
            "national-number-length",
            N_(
                "A national number has {expected} digits, this one has {found};"
                " spreadsheets drop a zero at the start."
            ),
            expected=LENGTH,
            found=len(digits),
        )
    born = _birth_date(digits)
    if born is None:
        return _unread(
            digits,
            "national-number-date",
            N_("The first seven digits of the national number are no calendar day."),
        )
    region = int(digits[7:9])
    number = NationalNumber(
        digits=digits,
        birth_date=born,
        sex="F" if int(digits[9:12]) >= _FIRST_FEMALE_SERIAL else "M",
        region=region,
        country=_COUNTRY_BY_REGION_TENS.get(region // 10),
    )
    return Examination(
        normalised=digits,
        number=number,
        findings=_compared(number, birth_date=birth_date, sex=sex, today=today),
    )


def check_digit(first_twelve: str) -> int:
    """The thirteenth digit: 11 minus the weighted sum mod 11, where 10 and 11 become 0."""
    weighted = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_twelve, strict=True)
    )
    remainder = 11 - weighted % 11
    return remainder if remainder < 10 else 0


def _compared(
    number: NationalNumber, *, birth_date: date | None, sex: str | None, today: date | None
) -> tuple[Finding, ...]:
    findings = []
    if int(number.digits[-1]) != check_digit(number.digits[:-1]):
        findings.append(
            _finding(
                "national-number-check-digit",
                N_("The last digit of the national number does not fit the others."),
            )
        )
    if today is not None and number.birth_date > today:
        findings.append(
            _finding(
                "national-number-future", N_("The birth date in the national number is to come.")
            )
        )
    if birth_date is not None and number.birth_date != birth_date:
        findings.append(
            _finding(
                "national-number-other-birth-date",
                N_("The national number and the registered birth date name different days."),
            )
        )
    if sex is not None and number.sex != sex:
        findings.append(
            _finding(
                "national-number-other-sex",
                N_("The national number and the registration differ about sex."),
            )
        )
    return tuple(findings)


def _birth_date(digits: str) -> date | None:
    # Three digits of the year are given: 800 to 999 belong to the 1800s and 1900s.
    year = int(digits[4:7])
    try:
        return date(year + (1000 if year >= 800 else 2000), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None


def _unread(digits: str, code: str, sentence: str, **facts: Any) -> Examination:
    return Examination(
        normalised=digits, number=None, findings=(_finding(code, sentence, **facts),)
    )


def _finding(code: str, sentence: str, **facts: Any) -> Finding:
    return Finding(code=code, sentence=sentence, facts=facts)
