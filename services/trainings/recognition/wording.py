"""Certificates from elsewhere in words: whether one counts, and what happened to it.

>>> state_of("proposed")
State(text='Withdrawal proposed', colour='orange', shape='triangle')
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
    "recognised": (N_("Recognised"), "teal", "check"),
    "proposed": (N_("Withdrawal proposed"), "orange", "triangle"),
    "withdrawn": (N_("Withdrawn"), "grey", "cross"),
}

HAPPENED: Final = {
    "Recognised": N_("Recognised, with a copy of the paper."),
    "WithdrawalProposed": N_("Its withdrawal was proposed."),
    "WithdrawalDeclined": N_("The proposal to withdraw it was declined; it counts."),
    "Withdrawn": N_("Withdrawn by a second person; it counts no more."),
}
"""Class of an event → what it tells."""

LABELS: Final = {
    "issuer": N_("Issued by"),
    "number": N_("Number on the paper"),
    "title": N_("Course"),
    "kind": N_("Kind"),
    "hours": N_("Hours"),
    "issued_on": N_("Day on the paper"),
    "file": N_("Copy of the paper"),
    "reason": N_("Reason"),
}
"""Field → the words beside it."""


def state_of(state: str) -> State:
    """Whether it counts, as a word with a colour and a shape."""
    text, colour, shape = STATES[state]
    return State(say(text), colour, shape)


def told(recorded: Sequence[Recorded], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The history, newest first."""
    return [
        {
            "what": say(HAPPENED[type(one.event).__name__]),
            "note": service().text(getattr(one.event, "reason", None)) or "",
            "who": names.get(one.actor, one.actor),
            "at": one.at,
        }
        for one in reversed(recorded)
    ]
