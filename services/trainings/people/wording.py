"""What the terms, states and events of registrations are called.

>>> STATE_WORDS["unconfirmed"]
('To be confirmed', 'ochre', 'triangle')
"""

from __future__ import annotations

from typing import Final

from babel import Locale

from shared.language.languages import LANGUAGES
from shared.language.marking import N_

STATE_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "unconfirmed": (N_("To be confirmed"), "ochre", "triangle"),
    "confirmed": (N_("Confirmed"), "teal", "check"),
    "outside": (N_("Confirmed outside this system"), "grey", "check"),
}
"""State → its word, with the colour and the shape of its tag."""

CERTIFICATE_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "valid": (N_("Valid"), "teal", "check"),
    "proposed": (N_("Revocation proposed"), "ochre", "triangle"),
    "revoked": (N_("Revoked"), "grey", "cross"),
}
"""State of a certificate → its word, with the colour and the shape of its tag."""

SEX_WORDS: Final = {"F": N_("Female"), "M": N_("Male")}

DECLARED_WORDS: Final = {
    "yes": N_("Says that they are Roma"),
    "no": N_("Says that they are not Roma"),
    "declined": N_("Does not wish to say"),
    "not_known": N_("Was not asked"),
}

MEANS_WORDS: Final = {
    "identity_card": N_("Identity card"),
    "passport": N_("Passport"),
    "other_document": N_("Another document"),
    "witness": N_("Somebody who knows the person"),
}

PAPER_WORDS: Final = {
    "birth_certificate": N_("Birth certificate"),
    "citizenship": N_("Certificate of citizenship"),
    "residence": N_("Registered residence"),
    "national_number": N_("National number (JMBG)"),
    "identity_card": N_("Identity card"),
}

WHY_WORDS: Final = {
    "birth_not_registered": N_("The birth was never registered"),
    "from_elsewhere": N_("The person comes from elsewhere"),
    "lost": N_("The papers were lost"),
    "being_issued": N_("They are being issued"),
    "not_known": N_("Nobody knows why"),
}

EVENT_SENTENCES: Final = {
    "Registered": N_("Registered."),
    "Imported": N_("Brought with the programme’s history."),
    "Confirmed": N_("Identity confirmed: {means}."),
    "Corrected": N_("Identity corrected: {reason}"),
    "ContactChanged": N_("Place or phone changed."),
    "RomaDeclared": N_("What the person says of their origin was noted."),
    "ConsentGiven": N_("The person consented."),
    "ConsentWithdrawn": N_("The person took the consent back."),
    "ConfirmedByWitness": N_("Identity confirmed by somebody who knows the person: {witness}."),
    "PapersNoted": N_("It was noted which papers are missing."),
    "PapersComplete": N_("The papers are complete."),
    "Same": N_("Found to be the same person as another registration: {reason}"),
    "Apart": N_("Found to be another person than another registration: {reason}"),
    "MovedToPerson": N_("Put together with the person’s other registrations, or taken apart."),
}
"""Event → the sentence that a history shows."""

COUNTRIES: Final = ("RS", "BA", "ME", "HR", "MK", "AL", "SI", "HU", "RO", "BG")
"""The countries that forms offer: here and around; the JSON interface takes any."""

ERASED: Final = N_("Name erased")


def country_name(code: str, language: str) -> str:
    """What a country is called in a language; its code where no word is known."""
    locale = Locale.parse(LANGUAGES[language].locale)
    return str(locale.territories.get(code, code))


def countries(language: str, present: str = "") -> list[tuple[str, str]]:
    """(code, name) of the countries that a form offers, with the one that is there already."""
    offered = [*COUNTRIES, present] if present and present not in COUNTRIES else COUNTRIES
    return [(code, country_name(code, language)) for code in offered]
