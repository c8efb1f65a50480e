"""Whether what a document will say can be printed, found out before any number is taken.

    check_printable({"full_name": "Mira Primer", "place": "Niš"})    -> nothing
    check_printable({"issuer": "Udruženje 🚀"})                      -> Invalid: a picture or a sign

The renderer itself is asked: which letters its fonts have, and together with which marks, only it
knows. It prints the texts as the form does, in the same fonts and by the same standards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from services.trainings.certificates.rendering import prints
from services.trainings.people.fields import one_line
from shared.errors import Invalid
from shared.language.marking import N_

CODE: Final = "unprintable"

_PICTURE: Final = N_("The field {field} has a picture or a sign that a document cannot show.")
_LETTER: Final = N_(
    "The field {field} has a letter of a script that a document cannot show. Latin, Cyrillic and"
    " Greek letters can be shown."
)
_MARK: Final = N_("The field {field} has an accent that a document cannot show on its letter.")
_UNSEEN: Final = N_("The field {field} has a character that only some programs know. Type it anew.")
_SENTENCES: Final = {"S": _PICTURE, "N": _PICTURE, "P": _PICTURE, "L": _LETTER, "M": _MARK}
"""First letter of a general category of Unicode → what is said of such a character."""

_MEANINGLESS: Final = frozenset(("Cc", "Cn", "Co", "Cs"))


def unprintable(texts: Iterable[str]) -> frozenset[str]:
    """Those of the texts that no document can show. One look for all, where all can be shown.

    A document leaves out what nobody sees, so that it is no hindrance.
    """
    shown = {text: one_line(text) for text in texts}
    known = sorted({text for text in shown.values() if not any(map(_private, text))})
    failing = {*_failing(known), *(set(shown.values()) - set(known))} if shown else set()
    return frozenset(text for text in shown if shown[text] in failing)


def check_printable(texts: Mapping[str, str]) -> None:
    """Raises Invalid for the first of the texts, by field, that no document can show."""
    failing = unprintable(texts.values())
    for field, text in texts.items():
        if text in failing:
            raise Invalid(CODE, _sentence(text), field=field)


def _failing(texts: Sequence[str]) -> list[str]:
    if not texts or prints(texts):
        return []
    if len(texts) == 1:
        return list(texts)
    half = len(texts) // 2
    return _failing(texts[:half]) + _failing(texts[half:])


def _private(character: str) -> bool:
    """Whether it means nothing to anybody else: for private use, a control, or not assigned."""
    return unicodedata.category(character) in _MEANINGLESS


def _sentence(text: str) -> str:
    # Some show only between letters that a document cannot have them.
    between = {character: f"a{character}a" for character in one_line(text)}
    failing = unprintable(between.values())
    for character, among in between.items():
        if among in failing:
            return _SENTENCES.get(unicodedata.category(character)[0], _UNSEEN)
    return _MARK
