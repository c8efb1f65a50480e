"""A certificate rests on its cohort: what is changed at the same moment is looked at again."""

from __future__ import annotations

import threading

import pytest

from services.trainings.certificates import handling as certificates
from services.trainings.cohorts import handling as cohorts
from services.trainings.cohorts.cohort_commands import Score
from shared.errors import Refused
from shared.events.work import Work
from tests.http.trainings.cohort_home import TRAINER, Cohort
from tests.http.trainings.conftest import House


def test_nobody_gets_a_certificate_whose_test_is_corrected_meanwhile(house: House) -> None:
    cohort = Cohort.begun(house, people=1)
    cohort.finished()
    (mira,) = cohort.people
    turns: list[int] = []

    def correct(work: Work) -> None:
        scores = (Score(registration_id=mira, pre_test=30, post_test=20),)
        cohorts.tests(work, by=TRAINER, cohort_id=cohort.id, scores=scores)

    def issue(work: Work) -> None:
        turns.append(1)
        certificates.issue(
            work,
            by=TRAINER,
            trainer="Ana Trenerica",
            issuer="Udruženje Primer",
            cohort_id=cohort.id,
            registrations=(mira,),
        )
        if len(turns) == 1:
            thread = threading.Thread(target=house.act, args=(correct,), kwargs={"by": TRAINER})
            thread.start()
            thread.join(10)

    with pytest.raises(Refused) as refusal:
        house.act(issue, by=TRAINER)
    assert refusal.value.code == "not-qualified" and len(turns) == 2
