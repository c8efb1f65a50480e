"""Certificates in words: whether one stands, and what happened to it.

>>> state_of("proposed")
State(text='Revocation proposed', colour='orange', shape='triangle')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.trainings.cohorts.wording import State
from shared.events.projection import Recorded
from shared.language.marking import N_
from shared.web.commands import service
from shared.web.language import say

STATES: Final = {
    "valid": (N_("Valid"), "teal", "check"),
    "proposed": (N_("Revocation proposed"), "orange", "triangle"),
    "revoked": (N_("Revoked"), "grey", "cross"),
}

DOCUMENTS: Final = {
    "kept": (N_("Ready"), "teal", "check"),
    "waiting": (N_("Is being made"), "blue", "half"),
    "from_before": (N_("Made when it is asked for"), "grey", "circle"),
    "unmakeable": (N_("Cannot be made: correct it"), "orange", "triangle"),
    "erased": (N_("Erased"), "grey", "cross"),
    "never": (N_("Was never made"), "grey", "circle"),
}
"""State of a document → word, colour, shape."""

HAPPENED: Final = {
    "Issued": N_("Issued with the number {number}."),
    "Superseded": N_("Corrected: version {version} takes the place of the one before."),
    "DuplicateIssued": N_("Lost: duplicate {duplicate} takes the place of the document."),
    "DocumentKept": N_("The document was kept as it was handed out."),
    "RevocationProposed": N_("Its revocation was proposed."),
    "RevocationDeclined": N_("The proposal to revoke it was declined; it stands."),
    "Revoked": N_("Revoked by a second person; it stands no more."),
}
"""Class of an event → what it tells."""

LABELS: Final = {
    "issuer": N_("Issued by"),
    "reason": N_("Reason"),
    "full_name": N_("Full name"),
    "course_title": N_("Course"),
    "place": N_("Place"),
    "trainer": N_("Trainer"),
    "minutes": N_("Length in minutes"),
    "language": N_("Language of the document"),
}


def state_of(state: str) -> State:
    """Whether a certificate stands, as a word with a colour and a shape."""
    text, colour, shape = STATES[state]
    return State(say(text), colour, shape)


def document_of(state: str) -> State:
    """Whether a document can be had, as a word with a colour and a shape."""
    text, colour, shape = DOCUMENTS[state]
    return State(say(text), colour, shape)


def told(
    recorded: Sequence[Recorded], names: Mapping[str, str], *, reasons: bool
) -> list[dict[str, Any]]:
    """A certificate's history, newest first; why, for those who may read it."""
    entries = []
    for one in recorded:
        event = one.event
        facts = {name: getattr(event, name, "") for name in ("number", "version", "duplicate")}
        reason = service().text(getattr(event, "reason", None)) if reasons else None
        entries.append(
            {
                "what": say(HAPPENED[type(event).__name__], facts),
                "note": reason or "",
                "who": names.get(one.envelope.actor, one.envelope.actor),
                "at": one.envelope.time,
            }
        )
    return entries[::-1]
