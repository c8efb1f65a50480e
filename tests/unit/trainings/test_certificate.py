"""Certificates: after the last session, never for oneself, revoked by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.trainings.certificates.certificate import CERTIFICATE
from services.trainings.certificates.certificate_commands import (
    CertificateCommand,
    ImportCertificate,
    IssueCertificate,
    IssueDuplicate,
    KeepDocument,
    ProposeRevocation,
    Revoke,
    Supersede,
)
from services.trainings.certificates.certificate_events import (
    DocumentKept,
    DuplicateIssued,
    Issued,
    Revoked,
    Superseded,
)
from services.trainings.cohorts.qualification import Qualification
from shared.errors import Forbidden, Invalid, Missing, Refused
from shared.events.event import Event

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZONE = "Europe/Belgrade"
QUALIFIED = Qualification(
    attended_minutes=100,
    total_minutes=100,
    share_hundredths=100,
    post_test=60,
    qualifies=True,
    missing=(),
)
ISSUE = IssueCertificate(
    by="trainer-1",
    now=NOW,
    certificate_id="x1",
    registration_id="r1",
    person_id="p1",
    number="RS-2026-000001",
    full_name="Mira Petrić",
    course_id="c1",
    course_title="Starting a small business",
    course_version=1,
    kind="business",
    minutes=100,
    session_dates=(date(2026, 3, 10),),
    country="RS",
    place="Topola",
    trainer="trainer-1",
    issuer="Partner",
    code="K7Q2",
    cohort_id="k1",
    zone=ZONE,
    last_session_on=date(2026, 3, 10),
    trainers=("trainer-1",),
    own_registrations=frozenset(),
    identity_confirmed=True,
    qualification=QUALIFIED,
)
PROPOSE = ProposeRevocation(by="officer-1", now=NOW, certificate_id="x1", reason="forged paper")
REVOKE = Revoke(by="officer-2", now=NOW, certificate_id="x1", zone=ZONE)
SUPERSEDE = Supersede(
    by="officer-1",
    now=NOW,
    certificate_id="x1",
    zone=ZONE,
    own_registrations=frozenset(),
    full_name="Mira Perić",
    course_title="Starting a small business",
    minutes=100,
    session_dates=(date(2026, 3, 10),),
    place="Topola",
    trainer="trainer-1",
    code="K7Q3",
    reason="spelling",
    present_name="Mira Petrić",
    recorded_name="Mira Perić",
    name_confirmed=True,
    minutes_max=120,
    held_on=(date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)),
)
DUPLICATE = IssueDuplicate(by="officer-1", now=NOW, certificate_id="x1", zone=ZONE)
KEEP = KeepDocument(
    by="officer-1", now=NOW, certificate_id="x1", version=1, duplicate=0, sha256="a" * 64
)


def after(*commands: CertificateCommand) -> tuple[Event, ...]:
    """Every event that the commands leave, one after another."""
    events: tuple[Event, ...] = ()
    for command in commands:
        events += CERTIFICATE.decide(CERTIFICATE.fold(events), command)
    return events


def test_issued_today_and_once() -> None:
    (issued,) = after(ISSUE, ISSUE)
    assert isinstance(issued, Issued)
    assert issued.issued_on == date(2026, 3, 10)
    with pytest.raises(Refused, match="already-issued"):
        after(ISSUE, replace(ISSUE, registration_id="r2"))


def test_trainer_never_certifies_themself() -> None:
    with pytest.raises(Forbidden, match="own-certificate"):
        after(replace(ISSUE, own_registrations=frozenset({"r1"})))
    with pytest.raises(Forbidden, match="not-the-trainer"):
        after(replace(ISSUE, by="trainer-2"))


def test_reasons_not_to_issue() -> None:
    lacking = replace(QUALIFIED, qualifies=False, missing=("no_post_test",))
    for wrong, code in (
        (replace(ISSUE, last_session_on=date(2026, 3, 11)), "before-last-session"),
        (replace(ISSUE, identity_confirmed=False), "identity-not-confirmed"),
        (replace(ISSUE, qualification=lacking), "not-qualified"),
    ):
        with pytest.raises(Refused, match=code):
            after(wrong)
    with pytest.raises(Invalid, match="number-of-another-series"):
        after(replace(ISSUE, number="RS-2025-000001"))


def test_history_keeps_its_own_day() -> None:
    command = ImportCertificate(
        by="operator",
        now=NOW,
        certificate_id="x1",
        registration_id="r1",
        person_id="p1",
        number="BA-2010-000007",
        full_name="Mira Petrić",
        course_id="c1",
        course_title="Starting a small business",
        course_version=1,
        kind="business",
        minutes=100,
        session_dates=(date(2010, 3, 1),),
        country="BA",
        place="Tuzla",
        trainer="trainer-ba-1",
        issuer="Partner",
        code="K7Q2",
        cohort_id="k1",
        issued_on=date(2010, 3, 8),
    )
    (issued,) = after(command)
    assert isinstance(issued, Issued)
    assert (issued.issued_on, issued.imported) == (date(2010, 3, 8), True)


def test_revocation_needs_a_second_person() -> None:
    with pytest.raises(Refused, match="nothing-proposed"):
        after(ISSUE, REVOKE)
    with pytest.raises(Forbidden, match="second-person"):
        after(ISSUE, PROPOSE, replace(REVOKE, by="officer-1"))
    last = after(ISSUE, PROPOSE, REVOKE, REVOKE)[-1]
    assert isinstance(last, Revoked)
    assert (last.person_id, last.number) == ("p1", "RS-2026-000001")
    for command in (SUPERSEDE, DUPLICATE, PROPOSE):
        with pytest.raises(Refused, match="certificate-not-standing"):
            after(ISSUE, PROPOSE, REVOKE, command)


def test_correction_keeps_the_number_and_counts_versions_and_duplicates() -> None:
    events = after(ISSUE, DUPLICATE, DUPLICATE, SUPERSEDE, DUPLICATE)
    superseded = events[3]
    assert isinstance(superseded, Superseded)
    assert (superseded.number, superseded.version) == ("RS-2026-000001", 2)
    counted = [(e.version, e.duplicate) for e in events if isinstance(e, DuplicateIssued)]
    assert counted == [(1, 1), (1, 2), (2, 1)]
    with pytest.raises(Forbidden, match="own-certificate"):
        after(ISSUE, replace(SUPERSEDE, own_registrations=frozenset({"r1"})))


def test_nobody_alone_gives_a_certificate_to_somebody_else() -> None:
    for wrong in (
        replace(SUPERSEDE, full_name="Sasvim Druga"),
        replace(SUPERSEDE, name_confirmed=False),
        replace(SUPERSEDE, recorded_name=None),
        replace(SUPERSEDE, present_name=None, recorded_name=None),
    ):
        with pytest.raises(Refused, match="name-not-on-record"):
            after(ISSUE, wrong)
    held = replace(SUPERSEDE, full_name="Mira\n Pet\u00adrić", name_confirmed=False)
    kept = after(ISSUE, held)[-1]
    assert isinstance(kept, Superseded) and kept.full_name == "Mira Petrić"


def test_a_correction_says_what_the_cohort_recorded_and_no_more() -> None:
    nine, ten, eleven = (date(2026, 3, day) for day in (9, 10, 11))
    for minutes in (0, -5, 121, 300_000):
        with pytest.raises(Invalid, match="minutes"):
            after(ISSUE, replace(SUPERSEDE, minutes=minutes))
    for days, code in (
        ((), "session-days"),
        ((ten, eleven), "session-days"),
        ((date(2030, 1, 1),), "session-days"),
        ((date(2026, 3, 1), ten), "session-days-unknown"),
    ):
        with pytest.raises(Invalid, match=code):
            after(ISSUE, replace(SUPERSEDE, session_dates=days))
    last = after(ISSUE, replace(SUPERSEDE, minutes=120, session_dates=(ten, nine, ten)))[-1]
    assert isinstance(last, Superseded)
    assert (last.minutes, last.session_dates) == (120, (nine, ten))
    as_it_is = replace(SUPERSEDE, minutes_max=0, held_on=())
    assert len(after(ISSUE, as_it_is)) == 2, "what stays is never refused"


def test_bytes_handed_out_are_never_made_anew() -> None:
    assert len(after(ISSUE, KEEP, KEEP)) == 2
    with pytest.raises(Refused, match="document-kept"):
        after(ISSUE, KEEP, replace(KEEP, sha256="b" * 64))
    with pytest.raises(Missing, match="no-document"):
        after(ISSUE, replace(KEEP, duplicate=1))


def test_a_language_is_one_of_five_or_left_to_the_country() -> None:
    (chosen,) = CERTIFICATE.decide(CERTIFICATE.initial, replace(ISSUE, language="rom"))
    assert isinstance(chosen, Issued) and chosen.language == "rom"
    (left,) = CERTIFICATE.decide(CERTIFICATE.initial, ISSUE)
    assert isinstance(left, Issued) and left.language == ""
    with pytest.raises(Invalid, match="unknown-term"):
        CERTIFICATE.decide(CERTIFICATE.initial, replace(ISSUE, language="de"))
    state = CERTIFICATE.fold([left])
    (later,) = CERTIFICATE.decide(state, replace(SUPERSEDE, language="en"))
    assert isinstance(later, Superseded) and later.language == "en"
    with pytest.raises(Invalid, match="unknown-term"):
        CERTIFICATE.decide(state, replace(SUPERSEDE, language="de"))


def test_what_made_a_document_is_written_down_with_it() -> None:
    state = CERTIFICATE.fold(CERTIFICATE.decide(CERTIFICATE.initial, ISSUE))
    keep = replace(KEEP, size=40_000, renderer="typst-0.15.2", template="certificate-1")
    (kept,) = CERTIFICATE.decide(state, keep)
    assert isinstance(kept, DocumentKept)
    assert (kept.size, kept.renderer, kept.template) == (40_000, "typst-0.15.2", "certificate-1")
    assert CERTIFICATE.decide(CERTIFICATE.fold([kept], state), keep) == ()
