"""Which papers somebody has not got yet, why, and when to ask again; pure, for the decider.

    papers_noted(NotePapers(missing=("identity_card",), why="lost", ask_again_on=None, …))
        -> PapersNoted(complete=False, missing="identity_card", why="lost", …)

Nobody is kept from training, a certificate or an application for having no papers: a second person
confirms who they are by a witness with a name, and what is missing is a reminder for the officer.
That somebody has no papers tells of them, so it is sealed. Source: domain, *Money rules* (people
without papers are accepted).
"""

from __future__ import annotations

from typing import Final, get_args

from services.trainings.people.fields import REASON_LENGTH_MAX, optional_text, term
from services.trainings.people.registration_commands import NotePapers
from services.trainings.people.registration_events import Paper, PapersNoted, WhyNoPapers
from shared.errors import Invalid
from shared.language.marking import N_

ASKED_AGAIN_DAYS_MAX: Final = 2 * 366


def papers_noted(command: NotePapers) -> PapersNoted:
    """What is noted of somebody's papers. Raises Invalid."""
    missing = tuple(dict.fromkeys(command.missing))
    for one in missing:
        term(one, get_args(Paper), field="missing")
    if command.why is not None:
        term(command.why, get_args(WhyNoPapers), field="why")
    again = command.ask_again_on
    if again is not None and not 0 <= (again - command.now.date()).days <= ASKED_AGAIN_DAYS_MAX:
        raise Invalid(
            "ask-again-day",
            N_("The day on which to ask again lies between today and two years from now."),
            field="ask_again_on",
        )
    complete = not missing
    return PapersNoted(
        registration_id=command.registration_id,
        complete=complete,
        missing=" ".join(missing),
        why=None if complete else command.why,
        note=optional_text(command.note, field="note", length_max=REASON_LENGTH_MAX),
        ask_again_on=None if complete else again,
    )
