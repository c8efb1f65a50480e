"""Reasons that tell of a grantee's circumstances end with the grantee's keys; old ones are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.grants.awards.award import AWARD
from services.grants.awards.award_events import RequirementWaived, WaiverRequested
from services.grants.visits.visit import VISIT, CorrectVisit, RecordVisit
from services.grants.visits.visit_events import Findings, VisitCorrected, VisitVersion
from shared.events.event import Sealed
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from tests.privacy.held import downloaded, texts

from .payments_home import People, bring, do, done, exported_batch, signed_payment
from .test_mine import applicant

WHY = "Her mother is ill and the shop is closed until spring"


@pytest.fixture
def award_id(house) -> str:
    """An award with its first tranche paid."""
    people = People(house)
    payment_id = signed_payment(house)
    exported_batch(people, payment_id)
    bring(people, "2026-03-01,A0001-T1,debit,60000.60,RSD,1")
    return str(people.preparer.get(f"/grants/api/v1/payments/{payment_id}").json["award_id"])


def grantee(house, award_id: str) -> str:
    events = recorded(house, AWARD.stream(award_id))
    return str(events[0].registration_id)


def recorded(house, stream: str) -> list[Any]:
    with house.service.database.reading() as connection:
        return house.service.store.stream(connection, stream)[0]


def raw(house) -> bytes:
    with house.service.database.reading() as connection:
        return b"".join(one for _, one in house.service.store.whole_log(connection))


def waived(house, award_id: str) -> People:
    people = People(house)
    first = f"/awards/{award_id}/tranches/1"
    done(do(people.officer, first, "waivers", {"requirement": "visit", "reason": WHY}))
    done(do(people.controller, first, "waivers/confirm", {"requirement": "visit"}))
    return people


def test_a_waivers_reason_is_sealed_shown_and_ends_with_the_grantees_key(house, award_id):
    people = waived(house, award_id)
    events = recorded(house, AWARD.stream(award_id))
    asked = [one for one in events if isinstance(one, WaiverRequested | RequirementWaived)]
    assert len(asked) == 2 and all(isinstance(one.reason, Sealed) for one in asked)
    assert WHY.encode() not in raw(house)
    page = f"/grants/awards/{award_id}"
    assert WHY in people.officer.get(page).text
    mira = grantee(house, award_id)
    data, _ = downloaded(applicant(house, mira).get("/grants/mine/held.zip"))
    assert WHY in texts(data)
    house.service.keyring.destroy([KeyName(mira, "identity")])
    assert WHY not in people.officer.get(page).text
    assert "(erased)" in people.officer.get(page).text


def test_why_a_suspension_ended_is_sealed_too(house, award_id):
    people = People(house)
    address = f"/awards/{award_id}"
    done(do(people.officer, address, "suspend", {"ground": "under_review", "note": WHY}))
    done(do(people.officer, address, "resume", {"reason": WHY}))
    assert WHY.encode() not in raw(house)
    assert WHY in people.officer.get(f"/grants/awards/{award_id}").text


def test_why_a_visit_was_corrected_is_sealed_too(house, award_id):
    visit_id, now = derived("visit", award_id, "1"), house.clock.now()
    facts: dict[str, Any] = {"registered": True, "equipment_present": True, "income_band": "low"}
    made = VisitVersion(
        occurred_at=now,
        recorded_at=now,
        findings=Findings(outcome="trading", jobs=1, **facts),
    )
    record = RecordVisit(
        by="field",
        now=now,
        zone="Europe/Belgrade",
        visit_id=visit_id,
        award_id=award_id,
        registration_id=grantee(house, award_id),
        month=1,
        device_visit_id="d1",
        version=made,
    )
    house.decide(VISIT, visit_id, record)
    corrected = Findings(outcome="trading", jobs=2, **facts)
    house.decide(VISIT, visit_id, CorrectVisit(by="o1", now=now, findings=corrected, reason=WHY))
    last = recorded(house, VISIT.stream(visit_id))[-1]
    assert isinstance(last, VisitCorrected) and isinstance(last.reason, Sealed)
    assert WHY.encode() not in raw(house)
    assert WHY in People(house).officer.get(f"/grants/visits/{visit_id}").text


def test_a_reason_of_before_stands_in_plain_text_and_is_read(house, award_id):
    """As it was written before such reasons were sealed: no registration, a text."""
    waived(house, award_id)
    with house.service.database.reading() as connection:
        log = [json.loads(one) for _, one in house.service.store.whole_log(connection)]
    (written,) = [one for one in log if one["type"] == WaiverRequested.event_type]
    written["data"]["reason"] = WHY
    del written["data"]["registration_id"]
    read = house.service.store.recorded(json.dumps(written).encode()).event
    assert read == WaiverRequested(
        award_id=award_id,
        tranche=1,
        requirement="visit",
        reason=WHY,
        requested_by=written["data"]["requested_by"],
    )
    assert house.service.text(read.reason) == WHY
