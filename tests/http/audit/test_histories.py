"""Histories across services: complete, in order, in words, each line with its proof."""

from __future__ import annotations

import re

import pytest

from services.audit.app import definition as audit
from shared.access.roles import Role
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from shared.privacy.sealing import seal_text

API = "/audit/api/v1/histories"
RSD = {"currency": "RSD"}
MEMBER = derived("account", "member")


def told_life(office) -> list[tuple[str, str]]:
    """A grant's life in four services; (type, stream) of all that belongs to application x1."""
    sealed = seal_text(office.service.keyring, KeyName("r1", "identity"), "Šejla Primer")
    ids = {"registration_id": "r1", "person_id": "n1"}
    of_application = {"application_id": "x1", "call_id": "c1", **ids}
    of_payment = {"payment_id": "p1", "award_id": "w1", "call_id": "c1", "tranche": 1}
    amount = {"minor": 12_661_200, **RSD}
    story = [
        ("trainings.certificate.issued.v1", "certificate/k1", {"certificate_id": "k1", **ids}),
        ("grants.application.drafted.v1", "application/x1",
         {**of_application, "application_no": "A0001", "requested": amount, "business": sealed}),
        ("grants.application.revised.v1", "application/x1",
         {"application_id": "x1", "registration_id": "r1",
          "requested": {"minor": 10_000_000, **RSD}}),
        ("grants.application.submitted.v1", "application/x1", of_application),
        ("grants.review.members_assigned.v1", "review/x1",
         {"application_id": "x1", "registration_id": "r1", "member_ids": [MEMBER]}),
        ("grants.meeting.convened.v1", "meeting/m1", {"meeting_id": "m1", "call_id": "c1"}),
        ("grants.application.approved.v1", "application/x1",
         {**of_application, "meeting_id": "m1", "amount": amount, "rank": 2,
          "score_hundredths": 8_125}),
        ("grants.budget.reserved.v1", "budget/c1",
         {"call_id": "c1", "application_id": "x1", "amount": amount}),
        ("grants.award.offered.v1", "award/w1",
         {"award_id": "w1", **of_application, "amount": amount}),
        ("grants.award.account_changed.v1", "award/w1",
         {"award_id": "w1", "registration_id": "r1", "account_number": sealed, "version": 2}),
        ("grants.payment.scheduled.v1", "payment/p1",
         {**of_payment, **ids, "amount": amount, "end_to_end_id": "A0001-T1"}),
        ("grants.payment.held.v1", "payment/p1", {**of_payment, "ground": "account_changed"}),
        ("grants.batch.prepared.v1", "batch/b1",
         {"batch_id": "b1", "lines": [{"payment_id": "p1"}], "total": amount}),
        ("grants.statement_line.received.v1", "statement_line/l1", {"line_id": "l1"}),
        ("grants.statement_line.matched.v1", "statement_line/l1",
         {"line_id": "l1", "payment_id": "p1"}),
        ("grants.payment.paid.v1", "payment/p1",
         {**of_payment, "line_id": "l1", "booked_on": "2026-03-05", "amount": amount}),
        ("grants.visit.planned.v1", "visit/v1", {"visit_id": "v1", "award_id": "w1"}),
        ("notifications.message.queued.v1", "message/g1",
         {"message_id": "g1", "about": "award/w1", "recipient_kind": "registration",
          "recipient_id": "r1"}),
        ("grants.access.read.v1", "access/z1", {"what": "names", "subject": "application/x1"}),
    ]  # fmt: skip
    noise = [
        ("grants.budget.reserved.v1", "budget/c1", {"call_id": "c1", "application_id": "x2"}),
        ("grants.application.submitted.v1", "application/x2", {"application_id": "x2"}),
        ("grants.payment.scheduled.v1", "payment/p2", {"payment_id": "p2", "award_id": "w2"}),
        ("grants.access.read.v1", "access/z2", {"what": "names", "subject": "application/x2"}),
    ]
    for place, (name, subject, data) in enumerate(story):
        office.arrives(name, subject, data=data, version=1 + place)
        if place % 5 == 0:
            other = noise[place // 5]
            office.arrives(other[0], other[1], data=other[2], version=100 + place)
    return [(f"org.zanat.{name}", subject) for name, subject, _ in story]


def listed(office, kind: str, identifier: str, query: str = "", role=Role.auditor) -> list[dict]:
    """Every entry of a history, page by page."""
    found: list[dict] = []
    cursor: str | None = ""
    while cursor is not None:
        address = f"{API}/{kind}/{identifier}?limit=4{query}{'&cursor=' + cursor if cursor else ''}"
        answer = office.get(address, role)
        assert answer.status_code == 200, answer.text
        found += answer.json["items"]
        cursor = answer.json["next"]
    return found


def test_history_of_an_application_is_complete_and_in_order_across_services(either):
    story = told_life(either)
    found = listed(either, "application", "x1")
    assert [(one["type"], one["stream"]) for one in found] == story
    turned = listed(either, "application", "x1", "&order=newest")
    assert turned == found[::-1]


def test_history_of_a_payment_has_batch_statement_and_the_account_it_goes_to(office):
    told_life(office)
    streams = [one["stream"] for one in listed(office, "payment", "p1")]
    assert streams == [
        *("award/w1", "payment/p1", "payment/p1", "batch/b1"),
        *("statement_line/l1", "statement_line/l1", "payment/p1"),
    ]


def test_history_of_a_person_follows_registrations_that_were_put_together(office):
    told_life(office)
    office.arrives(
        "trainings.registration.registered.v1",
        "registration/r2",
        data={"registration_id": "r2", "person_id": "n2"},
    )
    assert len(listed(office, "registration", "r2")) == 1
    office.arrives(
        "trainings.registration.moved_to_person.v1",
        "registration/r2",
        data={"registration_id": "r2", "person_id": "n1", "from_person_id": "n2"},
    )
    office.arrives(
        "trainings.registration.registered.v1",
        "registration/r1",
        data={"registration_id": "r1", "person_id": "n1"},
    )
    together = listed(office, "registration", "r2")
    assert together == listed(office, "registration", "r1") == listed(office, "person", "n1")
    streams = {one["stream"] for one in together}
    assert {"registration/r1", "registration/r2", "certificate/k1", "award/w1"} <= streams
    assert {"access/z1", "message/g1"} <= streams and "application/x2" not in streams


def test_history_of_an_account_has_what_it_did_and_what_was_done_to_it(office):
    told_life(office)
    office.named(MEMBER, "Jelena Primer")
    office.arrives("accounts.account.signed_in.v1", f"account/{MEMBER}", actor=MEMBER)
    office.arrives("grants.review.sheet_submitted.v1", "review/x9", actor=MEMBER)
    office.arrives("grants.review.sheet_submitted.v1", "review/x9", actor="somebody")
    found = listed(office, "account", MEMBER)
    assert [one["type"].split(".", 2)[2] for one in found] == [
        "grants.review.members_assigned.v1",
        "accounts.account.invited.v1",
        "accounts.account.signed_in.v1",
        "grants.review.sheet_submitted.v1",
    ]


def test_lines_say_from_where_to_where_how_much_and_why(office):
    told_life(office)
    found = {one["type"].split(".", 2)[2]: one for one in listed(office, "application", "x1")}
    revised = found["grants.application.revised.v1"]
    facts = {fact["words"]: (fact["was"], fact["value"]) for fact in revised["facts"]}
    assert facts["Asked for"] == ("RSD\xa0126,612.00", "RSD\xa0100,000.00")
    submitted = found["grants.application.submitted.v1"]
    assert (submitted["state_before"], submitted["state"]) == ("Draft", "To check")
    held = found["grants.payment.held.v1"]
    assert (held["state_before"], held["state"]) == ("Scheduled", "Held")
    assert held["why"] == "The account was changed"
    approved = {f["words"]: f["value"] for f in found["grants.application.approved.v1"]["facts"]}
    assert approved == {"Amount": "RSD\xa0126,612.00", "Score": "81.25", "Rank": "2"}
    assert found["grants.award.account_changed.v1"]["sealed"] == ["Account number"]


def test_pages_tell_the_history_without_any_name_of_a_person(office):
    told_life(office)
    page = office.get("/audit/histories/application/x1", Role.auditor).text
    assert "History: Application A0001" in page
    assert "The bank account of the award was changed." in page and "BankAccount" not in page
    assert "Šejla" not in page and "Sealed: Account number" in page
    proofs = re.findall(r'href="(/audit/entries/grants/\d+)">Proof', page)
    assert len(proofs) == 17
    assert 'href="/grants/ledger/entries/' in page
    assert office.get("/audit/histories/payment/none", Role.auditor).status_code == 404
    assert office.get(f"/audit/histories/payment/{'p' * 300}", Role.auditor).status_code == 404
    assert office.get("/audit/histories/payment/p1", Role.trainer).status_code == 403


@pytest.mark.parametrize(
    ("role", "programme", "kinds"),
    [
        (Role.auditor, "BA-2011", set()),
        (Role.administrator, "*", set()),
        (
            Role.finance_controller,
            "RS-2011",
            {"award", "batch", "budget", "payment", "statement_line"},
        ),
    ],
)
def test_each_role_reads_of_a_history_what_is_its_business(office, role, programme, kinds):
    told_life(office)
    answer = office.get(f"{API}/application/x1?limit=200", role, programme=programme)
    assert answer.status_code == (200 if kinds else 404)
    items = answer.json["items"] if kinds else []
    assert {item["stream"].partition("/")[0] for item in items} == kinds


def test_audit_opens_no_seal(office):
    told_life(office)
    page = office.get(f"{API}/application/x1?limit=200", Role.auditor).text
    assert "Primer" not in page and '"box"' not in page
    assert {cls.event_type for cls in audit().types().foreign if cls.personal_fields} == {
        "org.zanat.accounts.account.invited.v1",
        "org.zanat.accounts.account.details_changed.v1",
    }


def test_a_history_names_no_record_of_another_programme(office):
    mine, theirs = "RS-2011", "BA-2012"
    for name, subject, programme, data in (
        ("trainings.registration.matched.v1", "registration/r1", mine, {"person_id": "n1"}),
        ("trainings.registration.matched.v1", "registration/r2", theirs, {"person_id": "n1"}),
        ("grants.application.drafted.v1", "application/x1", mine, {"registration_id": "r1"}),
        ("grants.application.drafted.v1", "application/x2", theirs, {"registration_id": "r2"}),
        ("grants.award.offered.v1", "award/w1", mine, {"application_id": "x1"}),
        ("grants.award.offered.v1", "award/w2", theirs, {"application_id": "x2"}),
    ):
        office.arrives(name, subject, programme=programme, data=data)
    address = "/audit/histories/person/n1"
    whole = office.get(address, Role.auditor).text
    assert all(one in whole for one in ("registration/r2", "application/x2", "award/w2"))
    page = office.get(address, Role.auditor, programme=mine).text
    assert all(one in page for one in ("registration/r1", "application/x1", "award/w1"))
    assert not any(one in page for one in ("registration/r2", "application/x2", "award/w2"))
    # Who sees money alone is led to money alone, and to what its own entries name.
    money = office.get(address, Role.finance_controller, programme=mine).text
    assert "/histories/award/w1" in money and "/histories/registration/r1" not in money
    assert not any(one in money for one in ("registration/r2", "application/x2", "award/w2"))
