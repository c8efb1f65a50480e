"""Names, places and numbers of people who do not exist, for invented registers.

>>> national_number(date(1990, 10, 27), serial=549)[:9]
'271099072'
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final

FIRST: Final = {
    "F": ("Mira", "Đurđa", "Љиљана", "Žaklina", "Šejla", "Njeguša", "Senada"),
    "M": ("Đorđe", "Ćamil", "Радован", "Željko", "Njegoš", "Haris", "Dževad"),
}
LAST: Final = (
    "Đukanović",
    "Šabanović",
    "Čolić",
    "Žigić",
    "Њагул",
    "Ljubojević",
    "Halilović",
    "Petrić",
    "Jašarević",
    "Osmanović",
)
BUSINESSES: Final = ("weaving", "wood carving", "street food", "bicycle repair", "printing, signs")
PLACES: Final = {
    "RS": ("Vranje", "Leskovac", "Bujanovac", "Niš"),
    "BA": ("Bihać", "Cazin", "Bužim"),
    "ME": ("Nikšić", "Berane", "Rožaje"),
    "NO": ("Ålesund", "Bodø", "Tromsø"),
}
CYRILLIC: Final = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "đ": "ђ",
    "e": "е", "ž": "ж", "z": "з", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н",
    "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "ć": "ћ", "u": "у", "f": "ф", "h": "х",
    "c": "ц", "č": "ч", "š": "ш",
}  # fmt: skip


def national_number(birth_date: date, *, serial: int) -> str:
    """A JMBG-like number of that day; ``serial`` 0 to 999. Its check digit agrees."""
    for region in range(72, 80):
        day = birth_date
        body = f"{day:%d%m}{day.year % 1000:03d}{region:02d}{serial:03d}"
        weights = (7, 6, 5, 4, 3, 2) * 2
        check = 11 - sum(w * int(c) for w, c in zip(weights, body, strict=True)) % 11
        if check != 10:
            return body + str(check % 11)
    raise ValueError("no region gives a check digit")


def in_cyrillic(name: str) -> str:
    """The name in Cyrillic; what is Cyrillic already stays."""
    lower = name.lower()
    for latin, letter in CYRILLIC.items():
        lower = lower.replace(latin, letter)
    return lower.title()


def without_marks(name: str) -> str:
    """The name as somebody types it who has no such keys."""
    return name.translate(str.maketrans("đĐšŠčČćĆžŽ", "dDsScCcCzZ"))


def account(chance: Random, country: str) -> str:
    """An account number whose mod 97 check agrees: 16 digits in BA, 18 elsewhere."""
    body = "".join(str(chance.randrange(10)) for _ in range(13 if country == "BA" else 15))
    body = "3" + body
    return body + f"{98 - int(body) * 100 % 97:02d}"


def phone(chance: Random) -> str:
    """A number in a range that nobody has."""
    return f"+000 {chance.randrange(10, 99)} {chance.randrange(10**6):06d}"
