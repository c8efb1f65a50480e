"""A cohort with a row for every sheet that can be taken out: somebody left, was ill, was referred.

cohort = filled(house)
cohort.officer().post("/trainings/api/v1/exports", {"kind": "households"})     # one row
"""

from __future__ import annotations

from typing import Any

from services.trainings.cohorts import handling, taking_part
from services.trainings.cohorts.cohort_commands import Mark
from services.trainings.education import handling as education
from shared.events.work import Work
from tests.http.trainings.cohort_home import LAST, TRAINER, Cohort
from tests.http.trainings.conftest import House

API = "/trainings/api/v1"


def filled(house: House) -> Cohort:
    """Three people: the first was ill and left, the others have certificates."""
    cohort = Cohort.begun(house)
    cohort.finished()
    left, *others = cohort.people
    ill = Mark(
        registration_id=left, attended_minutes=0, excused_as="illness", excused="at the doctor"
    )

    def leave(work: Work) -> None:
        handling.attendance(work, by=TRAINER, cohort_id=cohort.id, session=2, marks=(ill,))
        taking_part.drop_out(
            work, by=TRAINER, cohort_id=cohort.id, registration_id=left, reason="health"
        )

    house.act(leave, by=TRAINER)
    cohort.issue(*others)
    outcome = education.NewOutcome(
        outcome="primary_completed",
        completed_on=LAST,
        institution="Škola Primer",
        evidence="Svedočanstvo 86-0",
    )
    house.act(
        lambda work: education.record_outcome(
            work, by=TRAINER, registration_id=left, country="RS", outcome=outcome
        ),
        by=TRAINER,
    )
    _beside(cohort, left)
    return cohort


def _beside(cohort: Cohort, registration_id: str) -> None:
    """A household, a referral and an activity of outreach."""
    home = {"registration_id": registration_id, "address": "Ulica 1, Topola", "is_head": True}
    sent = {
        "registration_id": registration_id,
        "institution": "Škola za odrasle",
        "aim": "primary_completed",
        "sent_on": LAST.isoformat(),
    }
    held = {
        "kind": "advocacy",
        "title": "Round table",
        "held_on": LAST.isoformat(),
        "country": "RS",
        "municipality": "Kragujevac",
        "partners": [
            {"kind": "ministry", "name": "Ministarstvo Primer"},
            {"kind": "school", "name": "Škola Primer"},
        ],
        "women": 4,
        "men": 2,
    }
    given: dict[str, Any] = {"households": home, "referrals": sent, "activities": held}
    officer = cohort.officer()
    for address, what in given.items():
        answer = officer.post(f"{API}/{address}", what, Idempotency_Key=f"key-{address}")
        assert answer.status_code == 201, answer.text
