"""What the page of a person needs: the record with training, outcomes and its history in words.

record_page(row)                       # the page as it is opened
record_page(row, errors=errors)        # with what was wrong in its form
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import render_template
from sqlalchemy import Connection, Row

from services.trainings.asking import Errors, new_key, reach
from services.trainings.certificates.views import certificates_of
from services.trainings.cohorts.views import cohorts_of
from services.trainings.education.views import outcomes_of
from services.trainings.education.wording import OUTCOME_WORDS
from services.trainings.households.views import household_of
from services.trainings.people import acting, views
from services.trainings.people.acting import READ, READ_NUMBER, RESOLVE, day_of
from services.trainings.people.declaring import is_of_origin_alone
from services.trainings.people.papers_views import papers_of
from services.trainings.people.registration import REGISTRATION, Held, is_confirmed
from services.trainings.people.registration_events import (
    Confirmed,
    Corrected,
    LikelyDuplicateDecided,
    PapersNoted,
    Registered,
)
from services.trainings.people.wording import (
    CERTIFICATE_WORDS,
    DECLARED_WORDS,
    ERASED,
    EVENT_SENTENCES,
    MEANS_WORDS,
    PAPER_WORDS,
    SEX_WORDS,
    STATE_WORDS,
    country_name,
)
from services.trainings.recognition.views import recognitions_of
from services.trainings.recognition.wording import state_of as recognition_state
from services.trainings.referrals.views import referrals_of
from services.trainings.referrals.wording import STEP_TAGS, STEP_WORDS
from services.trainings.vulnerability.views import existence
from shared.access.reader import may
from shared.events.projection import Recorded
from shared.language.marking import N_
from shared.web.access import signed_in
from shared.web.commands import service
from shared.web.language import language, say

HISTORY_MAX: Final = 50
RELATED: Final = ("cohorts", "certificates", "recognitions", "outcomes", "referrals")


def told(row: Row[Any]) -> dict[str, Any]:
    """A registration as pages tell it."""
    words, colour, shape = STATE_WORDS[row.state]
    declared = acting.declared_shown(row)
    return {
        "id": row.registration_id,
        "version": row.version,
        "programme": row.programme,
        "reference": row.reference,
        "name": row.full_name or say(ERASED),
        "born": day_of(row.birth_date),
        "sex": say(SEX_WORDS[row.sex]) if row.sex in SEX_WORDS else row.sex,
        "place": f"{row.municipality}, {country_name(row.country, language())}",
        "number": acting.number_shown(row) or "",
        "has_number": row.has_number,
        "phone": row.phone or "",
        "email": row.email or "",
        "state": {"code": row.state, "text": say(words), "colour": colour, "shape": shape},
        "registered_at": row.registered_at,
        "consent_on": acting.consent_shown(row),
        "declared": say(DECLARED_WORDS[declared]) if declared else "",
    }


def standing_of(connection: Connection, registration_id: str, account_id: str) -> dict[str, bool]:
    """What an account may confirm of a registration.

    author:  it wrote what a second person confirms.
    changed: somebody else wrote another contact, or moved it, after that was confirmed.
    """
    events, _ = service().store.stream(connection, REGISTRATION.stream(registration_id))
    state = REGISTRATION.fold(events)
    if not isinstance(state, Held):
        return {"author": False, "changed": False}
    changed = is_confirmed(state) and bool(state.changed_by - {account_id})
    return {"author": account_id in state.authors and not changed, "changed": changed}


def record_page(
    row: Row[Any], *, errors: Errors = (), typed: Mapping[str, str] | None = None
) -> str:
    """The page of a person, with what was typed into its form and what was wrong with that."""
    reader = signed_in()
    with service().database.reading() as connection:
        all_rows = views.shown_beside(connection, row, reach(READ))
        ids = [one.registration_id for one in all_rows]
        related = _related(connection, ids)
        history = service().store.history(connection, REGISTRATION.stream(row.registration_id))
        names = views.staff_names(connection)
        standing = standing_of(connection, row.registration_id, reader.account_id)
        vault = existence(connection, row.registration_id)
        noted = papers_of(connection, row.registration_id)
        home = household_of(connection, row.registration_id)
    allowed = {
        name: may(reader, permission, row.programme)
        for name, permission in (
            ("write", "trainings.people.write"),
            ("confirm", "trainings.people.confirm"),
            ("resolve", RESOLVE),
            ("number", READ_NUMBER),
            ("vulnerability", "trainings.vulnerability.exists"),
            ("declare", "trainings.vulnerability.write"),
            ("outcome", "trainings.outcomes.write"),
            ("recognise", "trainings.recognitions.write"),
            ("enrol", "trainings.cohorts.write"),
            ("referral", "trainings.referrals.write"),
            ("data", "trainings.data.export"),
            ("erase", "trainings.erasures.request"),
            ("erasures", "trainings.erasures.read"),
            *((name, f"trainings.{name}.read") for name in RELATED),
        )
    }
    allowed["special"] = acting.sees_declared(row)
    told_history = [
        one for one in history if allowed["special"] or not is_of_origin_alone(one.event)
    ]
    warnings = acting.number_warnings(row) if allowed["number"] and row.has_number else []
    return render_template(
        "trainings/people/record.html",
        person=told(row),
        warnings=[one["detail"] for one in warnings],
        others=[told(one) for one in all_rows if one.registration_id != row.registration_id],
        **standing,
        notes=vault.notes if vault else 0,
        papers=_papers(noted, row),
        household=home,
        allowed=allowed,
        registered_by=_registered_by(row, names),
        history=[entry(one, names) for one in told_history[: -HISTORY_MAX - 1 : -1]],
        errors=errors,
        typed=typed or {},
        key=new_key(),
        **related,
    )


def entry(recorded: Recorded, names: Mapping[str, str]) -> dict[str, Any]:
    """One line of the history."""
    event = recorded.event
    kind = type(event).__name__
    facts: dict[str, Any] = {}
    match event:
        case Registered(imported=True):
            kind = "Imported"
        case Confirmed():
            facts["means"] = say(MEANS_WORDS[event.means])
            if event.witness is not None:
                kind, facts = "ConfirmedByWitness", {"witness": _open(event.witness)}
        case PapersNoted(complete=True):
            kind = "PapersComplete"
        case Corrected():
            facts["reason"] = _open(event.reason)
        case LikelyDuplicateDecided():
            kind = "Same" if event.same else "Apart"
            facts["reason"] = _open(event.reason)
    return {
        "what": say(EVENT_SENTENCES.get(kind, kind), facts),
        "who": names.get(recorded.actor, recorded.actor),
        "at": recorded.at,
    }


def _open(text: Any) -> str:
    opened = service().text(text)
    return opened if opened is not None else say(N_("(erased)"))


def _papers(noted: Row[Any] | None, row: Row[Any]) -> dict[str, Any]:
    """What is missing of somebody's papers; ``asked``: whether anybody noted that."""
    missing = (noted.missing or "").split() if noted else []
    return {
        "missing": ", ".join(say(PAPER_WORDS[one]) for one in missing),
        "again": noted.ask_again_on if noted else None,
        "unknown": not row.has_number and noted is None,
    }


def _registered_by(row: Row[Any], names: Mapping[str, str]) -> str:
    if row.registered_by is None:
        return say(N_("Outside this system"))
    return names.get(row.registered_by, str(row.registered_by))


def _related(connection: Connection, ids: list[str]) -> dict[str, Any]:
    cohorts = reach("trainings.cohorts.read")
    found = {
        cohort.cohort_id: cohort for one in ids for cohort in cohorts_of(connection, one, cohorts)
    }
    certificates = certificates_of(connection, reach("trainings.certificates.read"), ids)
    return {
        "cohorts": list(found.values()),
        "certificates": [_certificate(one) for one in certificates],
        "recognitions": [
            {"row": one, "state": recognition_state(one.state)}
            for one in recognitions_of(connection, ids)
        ],
        "outcomes": [
            {"row": one, "what": say(OUTCOME_WORDS[one.outcome])}
            for one in outcomes_of(connection, ids)
        ],
        "referrals": [
            {"row": one, "what": say(OUTCOME_WORDS[one.aim]), "state": _step(one)}
            for one in referrals_of(connection, ids)
        ],
    }


def _step(row: Row[Any]) -> dict[str, str]:
    colour, shape = STEP_TAGS[row.state]
    return {"text": say(STEP_WORDS[row.state]), "colour": colour, "shape": shape}


def _certificate(row: Row[Any]) -> dict[str, Any]:
    words, colour, shape = CERTIFICATE_WORDS[row.state]
    return {"row": row, "state": {"text": say(words), "colour": colour, "shape": shape}}
