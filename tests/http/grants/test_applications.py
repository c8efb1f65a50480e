"""Applications over HTTP: begun, handed in, returned, checked, overridden, withdrawn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.grants.applications.handling import lapse_drafts
from shared.access.roles import Role

from . import home
from .applications_home import (
    API,
    CONTENT,
    act,
    approve,
    assign,
    begin,
    code_of,
    done,
    draft,
    officer,
    plan_visit,
    put,
    ready,
    state_of,
    submitted,
    under_review,
    version_of,
)

UNKNOWN = "0192d1c0-0000-7000-8000-000000000000"


def test_an_application_goes_from_draft_to_the_committee(house):
    call_id, mira = ready(house)
    answer = begin(house, call_id, mira)
    assert answer.status_code == 201 and answer.json["version"] == 1
    address = f"{API}/{answer.json['id']}"
    assert answer.headers["Location"] == address
    shown = officer(house).get(address)
    assert shown.headers["ETag"] == '"1"'
    assert shown.json["application_no"] == "C-1-0001"
    assert shown.json["full_name"] == "Mira Primer"
    assert shown.json["own_contribution"] == {"amount": "15000.50", "currency": "RSD"}
    assert shown.json["channel"] == "assisted" and shown.json["assisted_by"] == "o1"
    assert officer(house).get(address, If_None_Match='"1"').status_code == 304
    done(house, answer.json["id"], "submit")
    done(house, answer.json["id"], "check", {"expected": "eligible"})
    assert state_of(house, answer.json["id"]) == "under_review"
    rules = officer(house).get(f"{address}/eligibility").json
    assert rules["finding"] == "eligible" and rules["recorded"] and len(rules["checks"]) == 7


def test_a_draft_is_written_anew_and_its_account_stays_masked(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira, account="160-3763432601624-14")
    address = f"{API}/{application_id}"
    assert officer(house).get(address).json["account"] == "••••2414"
    changed = put(house, application_id, {**CONTENT, "business": "Joinery"})
    assert changed.status_code == 200 and changed.json["version"] == 2
    shown = officer(house).get(address).json
    assert shown["business"] == "Joinery" and shown["account"] == "••••2414"
    assert put(house, application_id, {**CONTENT, "account": None}).status_code == 200
    assert officer(house).get(address).json["account"] is None
    wrong = put(house, application_id, {**CONTENT, "account": "160-3763432601624-15"})
    assert code_of(wrong) == (422, "account-number-check")


def test_returned_to_be_completed_it_keeps_its_moment_even_after_the_deadline(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    moment = officer(house).get(f"{API}/{application_id}").json["submitted_at"]
    done(house, application_id, "return", {"note": "State the rent."})
    shown = officer(house).get(f"{API}/{application_id}").json
    assert (shown["state"], shown["note"]) == ("changes_requested", "State the rent.")
    home.close_call(house, call_id)
    assert put(house, application_id, {**CONTENT, "business": "With rent"}).status_code == 200
    done(house, application_id, "submit")
    shown = officer(house).get(f"{API}/{application_id}").json
    assert (shown["state"], shown["submitted_at"], shown["submission"]) == ("submitted", moment, 2)


def test_paper_counts_from_its_reception_and_is_typed_in_later(house):
    call_id, mira = ready(house)
    received = officer(house).post(f"{API}/paper", {"call_id": call_id, "registration_id": mira})
    assert received.status_code == 201
    application_id = received.json["id"]
    assert state_of(house, application_id) == "received"
    assert begin(house, call_id, mira).json["type"].endswith("/second-application")
    house.clock.advance(timedelta(days=20))
    assert put(house, application_id, CONTENT).status_code == 200
    done(house, application_id, "submit")
    shown = officer(house).get(f"{API}/{application_id}").json
    assert shown["channel"] == "paper" and shown["submitted_at"].startswith("2026-03-01T12:00")


# Refusals, each with its reason


def test_without_a_certificate_nothing_is_handed_in(house):
    call_id = home.open_call(house)
    mira = home.register(house)
    home.certify(house, mira, kind="primary")
    application_id = draft(house, call_id, mira)
    refused = act(house, application_id, "submit")
    assert code_of(refused) == (409, "no-certificate")
    assert refused.json["certificate_kind"] == "business"
    assert state_of(house, application_id) == "draft"
    home.certify(house, mira)
    done(house, application_id, "submit")


def test_a_revoked_certificate_does_not_count(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    certificate_id = home.certify(house, mira)
    house.arrives(
        "trainings.certificate.revoked.v1",
        f"certificate/{certificate_id}",
        certificate_id=certificate_id,
        revoked_on="2026-02-28",
    )
    assert code_of(act(house, application_id, "submit")) == (409, "no-certificate")


def test_a_certificate_recognised_from_elsewhere_counts_until_it_is_withdrawn(house):
    call_id = home.open_call(house)
    mira = home.register(house)
    one = home.recognise(house, mira)
    application_id = draft(house, call_id, mira)
    page = officer(house).get(f"/grants/applications/{application_id}").text
    assert "Regionalna škola" in page
    house.arrives(
        "trainings.recognition.withdrawn.v1",
        f"recognition/{one}",
        recognition_id=one,
        withdrawn_on="2026-02-28",
    )
    assert code_of(act(house, application_id, "submit")) == (409, "no-certificate")
    home.recognise(house, mira, issuer="Druga škola")
    done(house, application_id, "submit")


def test_after_the_deadline_nothing_is_begun_or_handed_in(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    house.clock.moment = home.TERMS.deadline
    other = home.register(house, "2", "Sara Primer")
    draft(house, call_id, other)
    house.clock.advance(timedelta(seconds=1))
    refused = act(house, application_id, "submit")
    assert code_of(refused) == (409, "late")
    assert refused.json["deadline"].startswith("2026-03-15T22:59:59")
    third = home.register(house, "3", "Ana Primer")
    assert code_of(begin(house, call_id, third)) == (409, "late")
    home.close_call(house, call_id)
    assert code_of(act(house, application_id, "submit")) == (409, "late")


def test_a_call_that_is_not_open_takes_nothing(house):
    call_id = home.draft_call(house)
    mira = home.register(house)
    assert code_of(begin(house, call_id, mira)) == (409, "call-not-open")


def test_a_person_has_one_application_in_a_call_under_whichever_registration(house):
    call_id, mira = ready(house)
    first = submitted(house, call_id, mira)
    again = home.register(house, "2", "Мира Пример", person_id=mira)
    assert code_of(begin(house, call_id, mira)) == (409, "second-application")
    assert code_of(begin(house, call_id, again)) == (409, "second-application")
    done(house, first, "withdraw")
    second = submitted(house, call_id, again)
    assert state_of(house, second) == "submitted"
    other = home.open_call(house, "C-2")
    assert begin(house, other, mira).status_code == 201


def test_people_found_to_be_one_have_one_application(house):
    call_id, mira = ready(house)
    twin = home.register(house, "2", "Mira Primer")
    home.certify(house, twin)
    submitted(house, call_id, mira)
    second = draft(house, call_id, twin)
    house.arrives(
        "trainings.registration.moved_to_person.v1",
        f"registration/{twin}",
        registration_id=twin,
        person_id=mira,
    )
    assert code_of(act(house, second, "submit")) == (409, "second-application")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("submit", None),
        ("return", {"note": "More"}),
        ("check", {}),
        ("override", {"reason": "Really"}),
        ("override/confirm", None),
    ],
)
def test_a_withdrawn_application_takes_no_step(house, verb, body):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    done(house, application_id, "withdraw")
    assert code_of(act(house, application_id, verb, body)) == (409, "application-state")
    assert code_of(put(house, application_id, CONTENT)) == (409, "application-state")


def test_what_was_handed_in_is_not_written_anew(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    assert code_of(put(house, application_id, CONTENT)) == (409, "application-state")


# Eligibility


def ineligible(house) -> str:
    """An application of somebody who lives elsewhere."""
    call_id, mira = ready(house, municipality="Beograd")
    application_id = submitted(house, call_id, mira)
    done(house, application_id, "check", {})
    return application_id


def test_a_failing_rule_makes_it_ineligible_with_the_reason(house):
    application_id = ineligible(house)
    shown = officer(house).get(f"{API}/{application_id}").json
    assert (shown["state"], shown["reason"]) == ("ineligible", "not_resident")
    rules = officer(house).get(f"{API}/{application_id}/eligibility").json
    failed = [one["rule"] for one in rules["checks"] if not one["passed"]]
    assert failed == ["not_resident"] and rules["recorded"]


def test_a_finding_other_than_the_one_seen_is_refused(house):
    call_id, mira = ready(house)
    application_id = submitted(house, call_id, mira)
    house.arrives(
        "trainings.registration.contact_changed.v1",
        f"registration/{mira}",
        registration_id=mira,
        country="RS",
        municipality="Beograd",
        phone=None,
    )
    refused = act(house, application_id, "check", {"expected": "eligible"})
    assert code_of(refused) == (409, "finding-changed")
    assert refused.json["finding"] == "not_resident"


def test_only_a_second_person_overrides_a_finding(house):
    application_id = ineligible(house)
    assert code_of(act(house, application_id, "override/confirm")) == (409, "not-proposed")
    done(house, application_id, "override", {"reason": "Moved on the first of March."})
    assert code_of(act(house, application_id, "override/confirm")) == (403, "second-person")
    done(house, application_id, "override/confirm", by="o2")
    assert state_of(house, application_id) == "under_review"


def test_an_override_finds_a_later_application_of_the_same_person(house):
    application_id = ineligible(house)
    shown = officer(house).get(f"{API}/{application_id}").json
    done(house, application_id, "override", {"reason": "Moved."})
    draft(house, shown["call_id"], shown["registration_id"])
    refused = act(house, application_id, "override/confirm", by="o2")
    assert code_of(refused) == (409, "second-application")


# Versions, keys, rights


def test_a_write_needs_the_version_that_was_seen(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    asker = officer(house)
    assert asker.post(f"{API}/{application_id}/submit").status_code == 428
    assert act(house, application_id, "submit", version='"7"').status_code == 412
    key = {"If_Match": '"1"', "Idempotency_Key": "k1"}
    assert asker.post(f"{API}/{application_id}/submit", **key).status_code == 200
    again = asker.post(f"{API}/{application_id}/submit", **key)
    assert again.status_code == 200 and again.headers["Idempotency-Replayed"] == "true"


def test_a_key_begins_one_application(house):
    call_id, mira = ready(house)
    body = {"call_id": call_id, "registration_id": mira, **CONTENT}
    first = officer(house).post(API, body, Idempotency_Key="k1")
    second = officer(house).post(API, body, Idempotency_Key="k1")
    assert first.json == second.json


@pytest.mark.parametrize("application_id", [UNKNOWN, "x", "1" * 300])
def test_an_unknown_application_is_missing(house, application_id):
    asker = officer(house)
    assert asker.get(f"{API}/{application_id}").status_code == 404
    answer = asker.post(f"{API}/{application_id}/withdraw", If_Match='"1"')
    assert answer.status_code == 404


def test_an_unknown_call_or_person_is_missing(house):
    call_id, mira = ready(house)
    assert code_of(begin(house, UNKNOWN, mira)) == (404, "call-missing")
    assert code_of(begin(house, "x", mira)) == (404, "call-missing")
    assert code_of(begin(house, call_id, UNKNOWN)) == (404, "registration-missing")
    elsewhere = home.register(house, "9", "Iva Primer", programme="BA-2026")
    assert code_of(begin(house, call_id, elsewhere)) == (404, "registration-missing")


@pytest.mark.parametrize(
    "changes",
    [
        {"requested": {"amount": "1e9", "currency": "RSD"}},
        {"requested": {"amount": "-1", "currency": "RSD"}},
        {"requested": {"amount": "9" * 13, "currency": "QQQ"}},
        {"requested": {"amount": "9999999999999.99", "currency": "RSD"}, "kind": "x"},
        {"requested": 120000},
        {"requested": {"amount": "0", "currency": "RSD"}},
        {"requested": {"amount": "100", "currency": "EUR"}},
        {"business": ""},
        {"business": "x" * 201},
        {"business": "a\x00b"},
        {"business": " \n "},
        {"kind": None},
        {"account": "not an account"},
        {"channel": "self_service"},
        {"more": 1},
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(house, changes):
    call_id, mira = ready(house)
    answer = begin(house, call_id, mira, **changes)
    assert answer.status_code in (400, 422), answer.text
    assert officer(house).get(API).json["items"] == []


def test_other_roles_and_other_programmes_are_kept_out(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    address = f"{API}/{application_id}"
    for role in (Role.trainer, Role.donor, Role.administrator, Role.applicant):
        assert house.as_reader(role).get(address).status_code == 403
    assert officer(house, programme="BA-2026").get(address).status_code == 404
    assert officer(house, programme="BA-2026").get(API).json["items"] == []
    for role in (Role.auditor, Role.committee_chair, Role.finance_officer):
        asker = house.as_reader(role)
        assert asker.post(f"{address}/submit", If_Match='"1"').status_code == 403
        body = {"call_id": call_id, "registration_id": mira, **CONTENT}
        assert asker.post(API, body).status_code == 403
    auditor = house.as_reader(Role.auditor, account_id="a9")
    assert auditor.get(address).json["full_name"] == "Mira Primer"
    assert ("read", "a9") in house.recorded()
    assert house.as_reader(Role.finance_officer).get(address).status_code == 404


def test_a_member_sees_what_is_assigned_and_reads_it_after_declaring(house):
    call_id, mira = ready(house)
    application_id = under_review(house, call_id, mira)
    member = house.as_reader(Role.committee_member, account_id="m1")
    assert member.get(API).json["items"] == []
    assert code_of(member.get(f"{API}/{application_id}")) == (404, "application-missing")
    assign(house, application_id, "m1", "m2", cleared=("m2",))
    (row,) = member.get(API).json["items"]
    assert (row["declared"], row["sheet_in"], row["waits"]) == ("no", False, True)
    assert row["full_name"] == "Mira Primer"
    assert code_of(member.get(f"{API}/{application_id}")) == (403, "declaration-first")
    cleared = house.as_reader(Role.committee_member, account_id="m2")
    shown = cleared.get(f"{API}/{application_id}").json
    assert shown["business"] and shown["account"] is None and shown["score"] is None


def test_finance_sees_who_was_approved_and_a_field_officer_whom_they_visit(house):
    call_id, mira = ready(house)
    application_id = under_review(house, call_id, mira)
    address = f"{API}/{application_id}"
    finance = house.as_reader(Role.finance_controller, account_id="f1")
    field = house.as_reader(Role.field_officer, account_id="v1")
    assert code_of(finance.get(address)) == (404, "application-missing")
    approve(house, application_id)
    shown = finance.get(address).json
    assert (shown["full_name"], shown["business"]) == ("Mira Primer", None)
    assert (shown["score"], shown["rank"]) == ("88.40", 1)
    assert len(finance.get(API).json["items"]) == 1
    assert code_of(field.get(address)) == (404, "application-missing")
    assert field.get(API).json["items"] == []
    plan_visit(house, application_id, visitor="v1")
    assert field.get(address).json["business"] == CONTENT["business"]
    (row,) = field.get(API).json["items"]
    assert row["full_name"] == "Mira Primer"


def test_the_list_has_filters_and_puts_first_what_waits(house):
    call_id, mira = ready(house)
    first = draft(house, call_id, mira)
    for number in ("2", "3"):
        person = home.register(house, number, f"Osoba {number}")
        home.certify(house, person)
        submitted(house, call_id, person)
    items = officer(house).get(API).json["items"]
    assert [row["state"] for row in items] == ["submitted", "submitted", "draft"]
    assert [row["waits"] for row in items] == [True, True, False]
    (only,) = officer(house).get(f"{API}?state=draft&call={call_id}").json["items"]
    assert only["application_id"] == first
    assert officer(house).get(f"{API}?call={UNKNOWN}").json["items"] == []
    assert officer(house).get(f"{API}?state=odd").status_code == 422
    page = officer(house).get(f"{API}?limit=2").json
    rest = officer(house).get(f"{API}?limit=2&cursor={page['next']}").json
    assert [r["application_no"] for r in page["items"] + rest["items"]] == [
        r["application_no"] for r in items
    ]
    assert rest["next"] is None


def test_a_call_that_closes_lets_its_drafts_lapse(house):
    call_id, mira = ready(house)
    application_id = draft(house, call_id, mira)
    assert house.run(lambda work: lapse_drafts(work, call_id, by="due")) == 1
    assert state_of(house, application_id) == "lapsed"
    assert version_of(house, application_id) == '"2"'


def test_applications_begun_at_the_same_moment_have_numbers_of_their_own(house):
    call_id = home.open_call(house)
    people = [home.register(house, str(n), f"Osoba {n}") for n in range(6)]
    with ThreadPoolExecutor(len(people)) as threads:
        answers = list(threads.map(lambda person: begin(house, call_id, person), people))
    assert [answer.status_code for answer in answers] == [201] * len(people)
    numbers = {row["application_no"] for row in officer(house).get(API).json["items"]}
    assert numbers == {f"C-1-{n:04d}" for n in range(1, 7)}
