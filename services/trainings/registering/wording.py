"""What guided registration asks, and what the answers are called.

>>> QUESTIONS["born"]
'When was the person born?'
"""

from __future__ import annotations

from typing import Final

from shared.language.marking import N_

QUESTIONS: Final = {
    "name": N_("What name is on the document?"),
    "born": N_("When was the person born?"),
    "sex": N_("What sex is written in the document?"),
    "papers": N_("Has the person a national number?"),
    "number": N_("What is the national number?"),
    "missing": N_("Which papers are missing?"),
    "why": N_("Why are they missing?"),
    "again": N_("When do we ask about the papers again?"),
    "place": N_("Where does the person live?"),
    "contact": N_("How do we reach the person?"),
    "consent": N_("May the programme hold these data?"),
    "origin": N_("What does the person say of their own origin?"),
    "purposes": N_("What else does the person agree to?"),
    "form": N_("How did the person agree?"),
    "check": N_("Is everything right?"),
}
"""Step → its question, in words that can be read aloud."""

HAS_NUMBER_WORDS: Final = {
    "yes": (N_("Yes, it is here"), "document"),
    "no": (N_("No, there is none"), "no"),
    "unknown": (N_("We do not know it now"), "question"),
}
"""Answer → its words and its pictogram."""

CONSENT_WORDS: Final = {
    "yes": (N_("Yes, the person agrees"), "yes"),
    "no": (N_("No, the person does not agree"), "no"),
}

ORIGIN_PICTOGRAMS: Final = {
    "yes": "yes",
    "no": "no",
    "declined": "person",
    "not_known": "question",
}

FORM_PICTOGRAMS: Final = {"paper": "document", "spoken": "people", "online": "phone"}

LABELS: Final = {
    "full_name": N_("Full name"),
    "birth_date": N_("Birth date"),
    "sex": N_("Sex"),
    "has_number": N_("National number"),
    "jmbg": N_("National number (JMBG)"),
    "missing": N_("Missing papers"),
    "why": N_("Why they are missing"),
    "note": N_("Note about the papers"),
    "ask_again_on": N_("Ask again on"),
    "country": N_("Country"),
    "municipality": N_("Municipality"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "consented": N_("Consent to the programme"),
    "declared_roma": N_("What the person says of their own origin"),
    "purposes": N_("Further consents"),
    "form": N_("How they agreed"),
    "reference": N_("Reference"),
    "programme": N_("Programme"),
}
"""Field → the words beside it."""
