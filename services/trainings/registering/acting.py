"""What the routes of registering do, for the JSON interface and the pages alike.

draft = own("0192…")                        # an unfinished registration of one's own
warnings = looked_at(draft.answers)         # about the national number, in words
answer = register(work, draft, by=actor(), location="/trainings/people")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Row

from services.trainings.asking import identifier, not_found, programmes, reach, record_reading
from services.trainings.people import acting as people
from services.trainings.people import handling, views
from services.trainings.people.acting import READ, day_of
from services.trainings.people.duplicates import Likeness, like
from services.trainings.people.handling import NewPerson
from services.trainings.people.likeness import REASONS
from services.trainings.people.number_words import remarks
from services.trainings.people.registration import REGISTRATION, Held
from services.trainings.registering import answering, drafts
from services.trainings.registering.drafts import GUIDED, Draft
from shared.clock import day_in
from shared.errors import Refused
from shared.events.work import Work
from shared.language.formats import DEFAULT_ZONE, formats_for
from shared.language.marking import N_
from shared.web.access import ensure
from shared.web.commands import Answer, actor, receipt, service
from shared.web.language import language, say

WRITE: Final = "trainings.people.write"
ALIKE_MAX: Final = 5

R = TypeVar("R")


def own(draft_id: str, kind: str = GUIDED) -> Draft:
    """An unfinished registration of whoever asks. Raises Missing, Forbidden."""
    draft = drafts.find(service(), identifier(draft_id), account=actor())
    if draft.kind != kind:
        raise not_found()
    ensure(WRITE, draft.programme)
    return draft


def own_drafts(kind: str | None = None) -> list[Draft]:
    """All of them, in the programmes where one may still register."""
    return drafts.drafts_of(service(), actor(), programmes(WRITE), kind=kind)


def today() -> date:
    """The day that answers are compared with."""
    return day_in(service().clock.now(), DEFAULT_ZONE)


def looked_at(answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """What about the number that somebody has just typed deserves a second look, in words."""
    number = str(answers.get("jmbg") or "").strip()
    if not number or answers.get("has_number", "yes") != "yes":
        return []
    found = remarks(
        number,
        birth_date=day_of(answers.get("birth_date")),
        sex=answers.get("sex"),
        today=today(),
    )
    day = formats_for(language())["day"]
    told = []
    for one in found:
        facts = {
            name: day(value) if isinstance(value, date) else say(str(value))
            for name, value in one.facts.items()
        }
        told.append({"code": one.code, "detail": say(one.sentence, facts)})
    return told


def alike(person: NewPerson, programme: str) -> list[Likeness]:
    """Registrations that may be of the same person, the likeliest first.

    The first ones in reach only. That they are shown is on record.
    """
    with service().database.reading() as connection:
        found = [
            one
            for one in like(connection, service().keyring, programme, person)
            if views.registration(connection, reach(READ), one.row.registration_id)
        ][:ALIKE_MAX]
    if found:
        record_reading([programme], what="likely_duplicates", subject="/trainings/people/guided")
    return found


def because(one: Likeness) -> str:
    """Why a registration may be of the same person, in words."""
    if one.same_number:
        return say(N_("the same national number: this is one person"))
    return ", ".join(say(REASONS[reason][1]) for reason in one.reasons)


def register(work: Work, draft: Draft, *, by: str, location: str) -> Answer:
    """Register whom a draft is about, under the draft's id, with consents and missing papers.

    Where that was done before, the answer is the same registration.
    """
    registration_id = draft.draft_id
    if isinstance(work.load(REGISTRATION, registration_id), Held):
        return _registered(work, draft, location=location, warnings=[])
    person = answering.person_of(draft.answers)
    handling.register(work, by=by, person=person, registration_id=registration_id)
    for purpose in answering.purposes_of(draft.answers):
        handling.consent(
            work,
            by=by,
            registration_id=registration_id,
            country=person.country,
            purpose=purpose,
            form=person.consent_form,
        )
    papers = answering.papers_of(draft.answers)
    if papers is not None:
        handling.note_papers(work, by=by, registration_id=registration_id, papers=papers)
    warnings = people.warnings_of(person.jmbg, birth_date=person.birth_date, sex=person.sex)
    return _registered(work, draft, location=location, warnings=warnings)


def once(draft: Draft, run: Callable[[], R]) -> R:
    """Finish a registration; what is refused because it was finished meanwhile is run again."""
    try:
        return handling.looking_again(run)
    except Refused:
        if registered_before(draft.draft_id) is None:
            raise
        return run()


def registered_before(draft_id: str) -> Row[Any] | None:
    """The registration that this draft, which is gone, became by the same officer."""
    with service().database.reading() as connection:
        row = views.registration(connection, reach(READ), identifier(draft_id))
    return row if row is not None and row.registered_by == actor() else None


def finished(draft_id: str) -> None:
    """Once somebody is registered nothing is left to finish."""
    drafts.discard(service(), draft_id, account=actor())


def _registered(
    work: Work, draft: Draft, *, location: str, warnings: list[dict[str, str]]
) -> Answer:
    answer = receipt(
        work,
        REGISTRATION,
        draft.draft_id,
        status=201,
        location=f"{location}/{draft.draft_id}",
    )
    held = work.load(REGISTRATION, draft.draft_id)
    answer.body.update(person_id=getattr(held, "person_id", ""), warnings=warnings)
    return answer
