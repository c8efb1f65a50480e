"""Before certificates are issued: who gets one and who does not, which numbers, how it will look.

    facts = ahead(row, chosen)      # everything that the page of issuing shows
    raw = preview(row, registration_id, language="bs", issuer="…", as_pdf=False)

A preview takes no number, has no code and is marked as one across the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import request
from sqlalchemy import Row

from services.trainings.asking import MAIN, Errors, errors_of, new_key, not_found, typed
from services.trainings.certificates import acting, views
from services.trainings.certificates.languages import LANGUAGES, language_of
from services.trainings.certificates.printing import check_printable, unprintable
from services.trainings.certificates.rendering import picture, rendered
from services.trainings.certificates.sheet import Draft, document_languages, sheet
from services.trainings.certificates.wording import LABELS
from services.trainings.cohorts import acting as cohorts
from services.trainings.cohorts import views as cohort_views
from services.trainings.cohorts.views import Standing
from services.trainings.cohorts.wording import lacking
from services.trainings.people.fields import NAME_LENGTH_MAX
from shared.errors import Invalid
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.commands import service
from shared.web.language import say

ERASED_NAME: Final = N_("Their data were erased: nobody can be named in a certificate")
UNPRINTABLE_NAME: Final = N_(
    "Their name has characters that a document cannot show: correct their record"
)

SEEN: Final = "seen"
"""The field of the form that says who was chosen when the preview was made."""


def looked_at(chosen: Sequence[str] | None) -> bool:
    """Whether those chosen are those whom the preview showed."""
    seen = request.form.get(SEEN)
    return seen is None or seen.split() == list(chosen or ())


def ahead(row: Row[Any], chosen: Sequence[str] | None, errors: Errors) -> dict[str, Any]:
    """What the page of issuing shows. chosen: None for everybody who qualifies."""
    people = cohorts.participants(row)
    with service().database.reading() as connection:
        last_on = cohort_views.last_day(connection, row.cohort_id)
        issuer = views.last_issuer(connection, row.programme)
    today = cohorts.today(row)
    lacks = _lacks(people)
    qualified = [one for one in people if one.can_be_certified and one.registration_id not in lacks]
    given = [one for one in qualified if chosen is None or one.registration_id in chosen]
    asked = "confirmed" in request.form
    language = typed("language") if asked else language_of(row.country)
    issuer = typed("issuer") if asked else issuer
    wrong = list(errors) or _unprintable(row, issuer)
    return {
        "row": row,
        "qualified": qualified,
        "people": given,
        "chosen": [one.registration_id for one in given],
        "numbers": _numbers(row, given),
        "others": [
            (one, lacks[one.registration_id]) for one in people if one.registration_id in lacks
        ],
        "certified": sum(one.number is not None for one in people),
        "left_out": len(qualified) - len(given),
        "today": today,
        "last_on": last_on,
        "too_early": last_on is None or today < last_on,
        "own": signed_in().account_id in row.trainers.split("\n"),
        "trainer": acting.own_name(),
        "issuer": issuer,
        "written_in": language if language in LANGUAGES else language_of(row.country),
        "written_languages": document_languages(),
        "errors": wrong,
        "printable": not _unprintable(row, issuer),
        "key": new_key(),
    }


def _unprintable(row: Row[Any], issuer: str) -> list[tuple[str, str]]:
    """What an error summary says of texts that no document can show, before a number is taken."""
    texts = {
        "course_title": row.course_title,
        "place": row.place,
        "trainer": acting.own_name(),
        "issuer": issuer,
    }
    try:
        check_printable(texts)
    except Invalid as wrong:
        found = errors_of(wrong, LABELS)
        return [(name if name == "issuer" else MAIN, text) for name, text in found]
    return []


def _lacks(people: Sequence[Standing]) -> dict[str, list[str]]:
    """Who gets none, by registration, and why: phrases."""
    names = {one.full_name for one in people if one.full_name is not None}
    failing = unprintable(names)
    found = {}
    for one in people:
        if one.number is not None:
            continue
        why = [] if one.can_be_certified else lacking(one)
        if one.full_name is None:
            why.append(say(ERASED_NAME))
        elif one.full_name in failing:
            why.append(say(UNPRINTABLE_NAME))
        if why or not one.can_be_certified:
            found[one.registration_id] = why
    return found


def _numbers(row: Row[Any], given: Sequence[Standing]) -> dict[str, str]:
    to_come = acting.numbers_to_come(row, len(given))
    return {one.registration_id: number for one, number in zip(given, to_come, strict=True)}


def preview(
    row: Row[Any], registration_id: str, *, language: str, issuer: str, as_pdf: bool
) -> bytes:
    """How a participant's document will look, as PNG or PDF. Raises Missing for nobody's."""
    people = {one.registration_id: one for one in cohorts.participants(row)}
    one = people.get(registration_id)
    if one is None or one.full_name is None:
        raise not_found()
    trainer = acting.own_name()
    texts = {"course_title": row.course_title, "place": row.place, "full_name": one.full_name}
    check_printable({**texts, "trainer": trainer, "issuer": issuer[:NAME_LENGTH_MAX]})
    with service().database.reading() as connection:
        sessions = cohort_views.sessions(connection, row.cohort_id)
    today = cohorts.today(row)
    draft = Draft(
        language=language if language in LANGUAGES else language_of(row.country),
        number=acting.numbers_to_come(row, 1)[0],
        kind=row.kind,
        full_name=one.full_name,
        course_title=row.course_title,
        course_version=row.course_version,
        minutes=one.qualification.total_minutes,
        session_dates="\n".join(sorted(session.held_on.isoformat() for session in sessions)),
        place=row.place,
        trainer=trainer,
        issuer=issuer[:NAME_LENGTH_MAX],
        issued_on=today,
        made_on=today,
    )
    said = sheet(draft, None, public_url=service().settings.public_url)
    return rendered(said, at=service().clock.now()) if as_pdf else picture(said)
