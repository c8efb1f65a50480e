"""How it stands with a document, in words that somebody understands who never saw one before.

>>> STATES["revoked"].shape
'cross'
"""

from __future__ import annotations

from typing import Final, NamedTuple

from services.trainings.verification.acting import NameAnswer
from shared.language.marking import N_


class StateWords(NamedTuple):
    """The page's title, the tag's word with its colour and shape, and what it means."""

    title: str
    tag: str
    colour: str
    shape: str
    means: str


STATES: Final[dict[str, StateWords]] = {
    "valid": StateWords(
        N_("This certificate is valid"),
        N_("Valid"),
        "teal",
        "check",
        N_("It was issued as it is shown here, and it stands."),
    ),
    "superseded": StateWords(
        N_("There is a newer version of this certificate"),
        N_("Replaced"),
        "ochre",
        "triangle",
        N_("It was corrected on {day}. Ask for the newer document; this one counts no more."),
    ),
    "revoked": StateWords(
        N_("This certificate was revoked"),
        N_("Revoked"),
        "grey",
        "cross",
        N_("It does not stand since {day}."),
    ),
}

NAMES: Final[dict[NameAnswer, tuple[str, str, str, str]]] = {
    "confirmed": (N_("Yes"), "teal", "check", N_("This is the name on the certificate.")),
    "not_confirmed": (
        N_("No"),
        "orange",
        "cross",
        N_("This is not the name on the certificate. Type it just as it is printed."),
    ),
    "not_confirmable": (
        N_("Cannot be confirmed"),
        "grey",
        "circle",
        N_("The name cannot be confirmed any more: it was erased. The certificate stays."),
    ),
}
"""Answer about a name → tag's word, colour, shape, and a sentence."""
