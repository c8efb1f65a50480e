"""What a national number says of a person, in words, for whoever has it before their eyes.

>>> [one.code for one in remarks("0101990710005", birth_date=date(1990, 1, 2), sex="F")]
['national-number-check-digit', 'national-number-says-born', 'national-number-says-sex']
>>> place_of(18)
'Tuzla'

``national_number.examine`` never tells what the number says, since most who read its findings see
the number covered. Here somebody has just typed it from a document: what differs is named.
Source of the regions: the registers of the former republics, as published.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from services.trainings.people.national_number import Examination, Finding, examine
from shared.language.marking import N_

_PLACES: Final[dict[int, str]] = {
    10: "Banja Luka",
    11: "Bihać",
    12: "Doboj",
    13: "Goražde",
    14: "Livno",
    15: "Mostar",
    16: "Prijedor",
    17: "Sarajevo",
    18: "Tuzla",
    19: "Zenica",
    21: "Podgorica",
    22: "Bar",
    23: "Kotor",
    24: "Herceg Novi",
    25: "Cetinje",
    26: "Nikšić",
    27: "Berane",
    28: "Bijelo Polje",
    29: "Pljevlja",
    30: "Osijek",
    31: "Bjelovar",
    32: "Varaždin",
    33: "Zagreb",
    34: "Karlovac",
    35: "Gospić",
    36: "Rijeka",
    37: "Sisak",
    38: "Split",
    39: "Hrvatska",
    41: "Bitola",
    42: "Kumanovo",
    43: "Ohrid",
    44: "Prilep",
    45: "Skopje",
    46: "Strumica",
    47: "Tetovo",
    48: "Veles",
    49: "Štip",
    50: "Slovenija",
    70: "Srbija",
    71: "Beograd",
    72: "Kragujevac",
    73: "Niš",
    74: "Leskovac",
    75: "Zaječar",
    76: "Smederevo",
    77: "Valjevo",
    78: "Kraljevo",
    79: "Užice",
    80: "Novi Sad",
    81: "Sombor",
    82: "Subotica",
    83: "Vrbas",
    84: "Vojvodina",
    85: "Zrenjanin",
    86: "Pančevo",
    87: "Kikinda",
    88: "Ruma",
    89: "Sremska Mitrovica",
    91: "Priština",
    92: "Kosovska Mitrovica",
    93: "Peć",
    94: "Đakovica",
    95: "Prizren",
    96: "Gnjilane",
}
"""Region → the chief place of where such numbers were given, as it is written there."""

_FOREIGNERS: Final = range(1, 10)
_SEX: Final = {"F": N_("female"), "M": N_("male")}
_PRECISE: Final = ("national-number-other-birth-date", "national-number-other-sex")


def place_of(region: int) -> str:
    """Where numbers of a region were given; empty for a region that nobody gave."""
    return _PLACES.get(region, "")


def remarks(
    text: str, *, birth_date: date | None = None, sex: str | None = None, today: date | None = None
) -> list[Finding]:
    """What deserves a second look, with what the number says where that differs.

    Facts that are days are ``date``; the sex is a msgid. They tell of the number: show them only to
    whoever typed it, and write them nowhere.
    """
    found = examine(text, birth_date=birth_date, sex=sex, today=today)
    precise = [one for one in found.findings if one.code not in _PRECISE]
    number = found.number
    if number is None:
        return precise
    if birth_date is not None and number.birth_date != birth_date:
        precise.append(
            _finding(
                "national-number-says-born",
                N_("The number says born on {says}, but {wrote} is written as the birth date."),
                says=number.birth_date,
                wrote=birth_date,
            )
        )
    if sex in _SEX and number.sex != sex:
        precise.append(
            _finding(
                "national-number-says-sex",
                N_("The number says {says}, but {wrote} is written."),
                says=_SEX[number.sex],
                wrote=_SEX[str(sex)],
            )
        )
    if not place_of(number.region) and number.region not in _FOREIGNERS:
        precise.append(
            _finding(
                "national-number-region",
                N_("Nobody ever gave numbers with the region {region}."),
                region=f"{number.region:02}",
            )
        )
    return precise


def given_in(found: Examination) -> str:
    """Where the number was given; empty where that cannot be read."""
    return place_of(found.number.region) if found.number else ""


def _finding(code: str, sentence: str, **facts: Any) -> Finding:
    return Finding(code=code, sentence=sentence, facts=facts)
