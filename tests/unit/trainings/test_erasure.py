"""An erasure is counted by all, confirmed by somebody else, done once, and certified."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.erasure.erasure import ERASURE
from services.trainings.erasure.erasure_commands import (
    CancelErasure,
    ConfirmErasure,
    ErasureCommand,
    NoteCount,
    NoteKeysDestroyed,
    NotePurged,
    RequestErasure,
    Standing,
)
from services.trainings.erasure.erasure_events import (
    Cancelled,
    Completed,
    Confirmed,
    Kept,
    KeysDestroyed,
    Requested,
    ServiceCounted,
    ServicePurged,
    ServiceRows,
)
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
REQUEST = RequestErasure(
    by="officer-1",
    now=NOW,
    erasure_id="e1",
    registration_ids=("r1", "r2"),
    classes=("special", "contact"),
    ground="request_of_the_person",
    standing=Standing(),
    services=("trainings", "grants"),
    today=TODAY,
)
COUNT = NoteCount(
    by="system/trainings",
    now=NOW,
    erasure_id="e1",
    service="grants",
    rows=(ServiceRows(table="visits", kind="special/programme", rows=2),),
    owners=("batch/b1",),
    log_size=9,
    log_root="00",
)
CONFIRM = ConfirmErasure(
    by="officer-2", now=NOW, registration_ids=("r2", "r1"), standing=Standing(), today=TODAY
)
CANCEL = CancelErasure(by="officer-1", now=NOW)
DESTROYED = NoteKeysDestroyed(by="system/trainings", now=NOW, key_ids=("k1", "k2"))
PURGED = NotePurged(
    by="system/trainings",
    now=NOW,
    service="grants",
    rows=(),
    files=1,
    key_ids=("k2",),
    log_size=10,
    log_root="01",
    number="E-2026-00000001",
    today=TODAY,
)


def given(*commands: ErasureCommand) -> list[Event]:
    events: list[Event] = []
    for command in commands:
        events += ERASURE.decide(ERASURE.fold(events), command)
    return events


def when(command: ErasureCommand, *before: ErasureCommand) -> tuple[Event, ...]:
    return ERASURE.decide(ERASURE.fold(given(*before)), command)


COUNTED = (REQUEST, COUNT, replace(COUNT, service="trainings", owners=()))
GONE = (*COUNTED, CONFIRM, DESTROYED)


def test_asking_names_keys_and_what_stays():
    (asked,) = when(REQUEST)
    assert isinstance(asked, Requested)
    # In the order in which people read them, however they were ticked.
    assert asked.classes == ("contact", "special")
    assert asked.kinds == ("contact/programme", "special/programme")
    assert [one.what for one in asked.kept] == ["identity", "financial"]
    assert {one.because for one in asked.kept} == {"not_asked_for"}


def test_an_agreement_stays_until_its_day_and_the_record_says_why():
    until = date(2036, 1, 1)
    (asked,) = when(replace(REQUEST, standing=Standing(agreement=True, agreement_until=until)))
    assert isinstance(asked, Requested)
    assert Kept(what="agreement", because="accounting_law", until=until) in asked.kept
    (asked,) = when(replace(REQUEST, standing=Standing(agreement=True)))
    assert isinstance(asked, Requested)
    assert Kept(what="agreement", because="money_under_way", until=None) in asked.kept


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"classes": ()}, "erasure-classes"),
        ({"classes": ("secrets",)}, "erasure-classes"),
        ({"ground": "because"}, "erasure-ground"),
        ({"ground": "retention_ended"}, "retention-not-announced"),
        ({"announced_on": TODAY}, "retention-not-announced"),
        ({"registration_ids": ()}, "erasure-of-nobody"),
    ],
)
def test_a_request_that_cannot_be_right_is_refused(change, code):
    with pytest.raises(Invalid) as refused:
        when(replace(REQUEST, **change))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("block", "code"),
    [("application_open", "application-open"), ("award_offered", "award-offered")],
)
def test_what_is_under_way_keeps_identity_and_account_and_nothing_else(block, code):
    standing = Standing(blocks=(block,))
    assert when(replace(REQUEST, standing=standing))
    for needed in ("identity", "financial"):
        with pytest.raises(Refused) as refused:
            when(replace(REQUEST, classes=(needed,), standing=standing))
        assert refused.value.code == code


def test_an_agreement_goes_on_its_day_and_not_before():
    def asked(until: date | None) -> RequestErasure:
        standing = Standing(agreement=True, agreement_until=until)
        return replace(REQUEST, classes=("agreement",), standing=standing)

    (event,) = when(asked(TODAY))
    assert isinstance(event, Requested)
    assert event.kinds == ("identity/agreement", "financial/agreement")
    with pytest.raises(Refused, match="agreement-kept"):
        when(asked(date(2026, 3, 2)))
    with pytest.raises(Refused, match="money-under-way"):
        when(asked(None))


def test_nobody_confirms_their_own_request_nor_before_all_have_counted():
    with pytest.raises(Refused, match="counts-missing"):
        when(CONFIRM, REQUEST, COUNT)
    with pytest.raises(Forbidden, match="own-erasure"):
        when(replace(CONFIRM, by="officer-1"), *COUNTED)
    assert when(CONFIRM, *COUNTED) == (Confirmed(erasure_id="e1", confirmed_by="officer-2"),)
    with pytest.raises(Missing, match="no-erasure"):
        when(CONFIRM)


def test_what_changed_between_asking_and_confirming_is_looked_at_again():
    with pytest.raises(Refused, match="registrations-changed"):
        when(replace(CONFIRM, registration_ids=("r1", "r2", "r3")), *COUNTED)
    identity = replace(REQUEST, classes=("identity",))
    counted = (identity, *COUNTED[1:])
    with pytest.raises(Refused, match="application-open"):
        when(replace(CONFIRM, standing=Standing(blocks=("application_open",))), *counted)


def test_a_count_is_noted_once_and_not_after_the_decision():
    (event,) = when(COUNT, REQUEST)
    assert isinstance(event, ServiceCounted) and event.owners == ("batch/b1",)
    assert when(COUNT, REQUEST, COUNT) == ()
    assert when(replace(COUNT, service="audit"), *COUNTED, CONFIRM) == ()


def test_it_can_be_called_off_until_it_is_confirmed():
    assert when(CANCEL, *COUNTED) == (Cancelled(erasure_id="e1", cancelled_by="officer-1"),)
    assert when(CANCEL, *COUNTED, CANCEL) == ()
    for later in ((*COUNTED, CONFIRM), GONE):
        with pytest.raises(Refused, match="erasure-decided"):
            when(CANCEL, *later)
    with pytest.raises(Refused, match="erasure-decided"):
        when(CONFIRM, *COUNTED, CANCEL)


def test_keys_of_all_owners_are_destroyed_once():
    (event,) = when(DESTROYED, *COUNTED, CONFIRM)
    assert isinstance(event, KeysDestroyed)
    assert event.owners == ("batch/b1", "r1", "r2") and event.key_ids == ("k1", "k2")
    assert when(DESTROYED, *GONE) == ()
    assert when(DESTROYED, *COUNTED) == ()


def test_the_last_answer_completes_it_and_each_counts_once():
    (first,) = when(PURGED, *GONE)
    assert isinstance(first, ServicePurged) and first.files == 1
    assert when(PURGED, *GONE, PURGED) == ()
    last = when(replace(PURGED, service="trainings"), *GONE, PURGED)
    assert last[1] == Completed(erasure_id="e1", number="E-2026-00000001", completed_on=TODAY)
    assert when(PURGED, *COUNTED) == ()


def test_what_was_announced_needs_no_second_person():
    announced = replace(
        REQUEST, by="system/trainings", ground="retention_ended", announced_on=TODAY
    )
    before = (announced, *COUNTED[1:])
    (event,) = when(replace(CONFIRM, by="system/trainings", registration_ids=()), *before)
    assert isinstance(event, Confirmed)
