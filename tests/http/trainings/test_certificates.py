"""Certificates over HTTP: issued with preview and receipt, corrected, replaced, revoked by two."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.roles import Role
from tests.http.trainings.cohort_home import API, OTHER_TRAINER, Cohort, next_day
from tests.http.trainings.conftest import OTHER_PROGRAMME, House
from tests.printed import words_of

PAGES = "/trainings/certificates"
ISSUER = "Udruženje Primer"


@pytest.fixture
def cohort(house: House) -> Cohort:
    made = Cohort.begun(house)
    made.finished(passing=2)
    return made


@pytest.fixture
def certificate(cohort: Cohort) -> str:
    return cohort.issue(cohort.people[0])[0]


def code(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("/problems/")


def etag(cohort: Cohort, certificate_id: str) -> str:
    return str(cohort.officer().get(f"{API}/certificates/{certificate_id}").headers["ETag"])


def version(cohort: Cohort, certificate_id: str) -> str:
    return etag(cohort, certificate_id).strip('"')


def given(cohort: Cohort, *people: str) -> dict[str, Any]:
    return {"registrations": list(people or cohort.people[:2]), "issuer": ISSUER}


# API


def test_certificates_are_issued_to_those_chosen(cohort: Cohort) -> None:
    ana, address = cohort.trainer(), f"{API}/cohorts/{cohort.id}/certificates"
    made = ana.post(address, given(cohort), If_Match=cohort.etag, Idempotency_Key="k1")
    assert made.status_code == 201
    numbers = [one["number"] for one in made.json["certificates"]]
    assert numbers == ["RS-2026-000001", "RS-2026-000002"]
    replayed = ana.post(address, given(cohort), If_Match=cohort.etag, Idempotency_Key="k1")
    assert replayed.json == made.json and replayed.headers["Idempotency-Replayed"] == "true"
    again = ana.post(address, given(cohort), If_Match=cohort.etag)
    assert again.json["certificates"] == made.json["certificates"]

    listed = ana.get(f"{API}/certificates?cohort_id={cohort.id}").json["items"]
    assert [one["number"] for one in listed] == numbers[::-1]
    shown = ana.get(f"{API}/certificates/{listed[0]['certificate_id']}")
    assert shown.json["full_name"] == "Sanja Uzorak" and shown.json["issuer"] == ISSUER
    assert shown.json["session_dates"] == ["2026-03-02", "2026-03-03"]
    assert (shown.json["issued_on"], shown.json["trainer"]) == ("2026-03-03", "Ana Trenerica")
    assert shown.json["recorded_at"].endswith("+00:00") and len(shown.json["code"]) == 12


@pytest.mark.parametrize(
    ("person", "status", "said"),
    [(2, 409, "not-qualified"), (None, 404, "not-enrolled")],
)
def test_who_does_not_qualify_gets_none(
    cohort: Cohort, person: int | None, status: int, said: str
) -> None:
    one = cohort.people[person] if person is not None else "somebody"
    answer = cohort.trainer().post(
        f"{API}/cohorts/{cohort.id}/certificates", given(cohort, one), If_Match=cohort.etag
    )
    assert (answer.status_code, code(answer)) == (status, said)


def test_issuing_says_which_version_of_the_cohort_it_saw(cohort: Cohort) -> None:
    ana, address = cohort.trainer(), f"{API}/cohorts/{cohort.id}/certificates"
    assert ana.post(address, given(cohort)).status_code == 428
    assert ana.post(address, given(cohort), If_Match='"3"').status_code == 412


def test_only_trainers_of_the_cohort_issue(cohort: Cohort) -> None:
    address = f"{API}/cohorts/{cohort.id}/certificates"
    officer = cohort.officer().post(address, given(cohort), If_Match=cohort.etag)
    assert officer.status_code == 403
    stranger = cohort.trainer("trainer-9").post(address, given(cohort), If_Match=cohort.etag)
    assert stranger.status_code == 404


def test_nobody_is_certified_before_the_last_session(house: House) -> None:
    cohort = Cohort.begun(house)
    early = cohort.trainer().post(
        f"{API}/cohorts/{cohort.id}/certificates", given(cohort), If_Match=cohort.etag
    )
    assert (early.status_code, code(early)) == (409, "before-last-session")


@pytest.mark.parametrize(
    "fields",
    [
        {"registrations": []},
        {"registrations": "x"},
        {"registrations": ["x" * 37]},
        {"issuer": ""},
        {"issuer": "x" * 201},
        {"issuer": None},
        {"day": "2020-01-01"},
    ],
)
def test_what_cannot_be_issued_is_refused(cohort: Cohort, fields: dict[str, Any]) -> None:
    answer = cohort.trainer().post(
        f"{API}/cohorts/{cohort.id}/certificates",
        {**given(cohort), **fields},
        If_Match=cohort.etag,
    )
    assert answer.status_code == 422


def test_a_revocation_takes_two_people(cohort: Cohort, certificate: str) -> None:
    ana, officer = cohort.trainer(), cohort.officer()
    address = f"{API}/certificates/{certificate}/revocation"
    reason = {"reason": "She was never there"}
    assert ana.post(address, reason).status_code == 428
    assert ana.post(address, reason, If_Match='"9"').status_code == 412
    assert ana.post(address, reason, If_Match=etag(cohort, certificate)).status_code == 200
    twice = ana.post(address, reason, If_Match=etag(cohort, certificate))
    assert (twice.status_code, code(twice)) == (409, "certificate-not-standing")
    own = ana.post(f"{address}/confirm", If_Match=etag(cohort, certificate))
    assert (own.status_code, code(own)) == (403, "second-person")
    assert officer.post(f"{address}/confirm", If_Match=etag(cohort, certificate)).status_code == 200
    shown = officer.get(f"{API}/certificates/{certificate}").json
    assert (shown["state"], shown["revoked_on"]) == ("revoked", "2026-03-03")
    late = officer.post(
        f"{API}/certificates/{certificate}/duplicates", If_Match=etag(cohort, certificate)
    )
    assert (late.status_code, code(late)) == (409, "certificate-not-standing")


def test_a_declined_revocation_lets_it_stand(cohort: Cohort, certificate: str) -> None:
    officer, address = cohort.officer(), f"{API}/certificates/{certificate}/revocation"
    early = officer.post(f"{address}/decline", If_Match=etag(cohort, certificate))
    assert (early.status_code, code(early)) == (409, "nothing-proposed")
    cohort.trainer().post(address, {"reason": "Doubt"}, If_Match=etag(cohort, certificate))
    done = officer.post(f"{address}/decline", If_Match=etag(cohort, certificate))
    assert done.status_code == 200
    assert officer.get(f"{API}/certificates/{certificate}").json["state"] == "valid"


def test_a_correction_keeps_number_and_changes_the_code(cohort: Cohort, certificate: str) -> None:
    officer, address = cohort.officer(), f"{API}/certificates/{certificate}"
    before = officer.get(address).json
    cohort.renamed("Mira Primerić")
    correction = {"full_name": "Mira Primerić", "reason": "Misspelt"}
    done = officer.post(f"{address}/corrections", correction, If_Match=etag(cohort, certificate))
    assert done.status_code == 200
    after = officer.get(address).json
    assert after["full_name"] == "Mira Primerić" and after["number"] == before["number"]
    assert after["certificate_version"] == 2 and after["code"] != before["code"]
    assert after["session_dates"] == before["session_dates"]
    lost = officer.post(f"{address}/duplicates", If_Match=etag(cohort, certificate))
    assert lost.status_code == 200 and officer.get(address).json["duplicates"] == 1


def test_names_and_codes_are_only_for_those_who_may(cohort: Cohort, certificate: str) -> None:
    house = cohort.house
    member = house.as_reader(Role.committee_member, account="m").get(
        f"{API}/certificates/{certificate}"
    )
    assert member.json["full_name"] is None and member.json["code"] is None
    auditor = house.as_reader(Role.auditor, account="a").get(f"{API}/certificates/{certificate}")
    assert auditor.json["full_name"] == "Mira Primer" and auditor.json["code"] is None
    donor = house.as_reader(Role.donor, account="d").get(f"{API}/certificates")
    assert donor.status_code == 403
    elsewhere = house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(f"{API}/certificates/{certificate}").status_code == 404
    assert not elsewhere.get(f"{API}/certificates").json["items"]
    readers = {event.what for event in house.logged("trainings.access.read.v1")}
    assert "names_of_certified" in readers


def test_certificates_come_in_pages_and_are_found_by_number(cohort: Cohort) -> None:
    cohort.issue(*cohort.people[:2])
    ana = cohort.trainer()
    first = ana.get(f"{API}/certificates?limit=1").json
    second = ana.get(f"{API}/certificates?limit=1&cursor={first['next']}").json
    assert [first["items"][0]["number"], second["items"][0]["number"]] == [
        "RS-2026-000002",
        "RS-2026-000001",
    ]
    found = ana.get(f"{API}/certificates?number=rs-2026-000001").json["items"]
    assert [one["number"] for one in found] == ["RS-2026-000001"]
    assert ana.get(f"{API}/certificates?number=Mira Primer").status_code == 422
    assert ana.get(f"{API}/certificates?state=gone").status_code == 422
    assert ana.get(f"{API}/certificates/nothing").status_code == 404
    assert not ana.get(f"{API}/certificates?state=revoked").json["items"]


# Pages


def test_the_page_shows_what_follows_then_issues_and_gives_a_receipt(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}"
    preview = ana.submit(f"{base}/issue", page=base, person=cohort.people[:1])
    assert preview.status_code == 200
    assert "Issue 1 certificate?" in preview.text and "RS-2026-000001" in preview.text
    assert "A number cannot be taken back" in preview.text
    assert "1 more qualifies and is left out" in preview.text
    assert "Ana Trenerica" in preview.text
    assert "Issue 2 certificates?" in ana.get(f"{base}/issue").text
    assert not ana.get(f"{API}/certificates").json["items"]

    form = {"person": cohort.people[:2], "confirmed": "yes", "version": cohort.version}
    form["idempotency_key"] = "once"
    wrong = ana.submit(f"{base}/issue", page=base, issuer="", **form)
    assert wrong.status_code == 422 and 'href="#issuer"' in wrong.text
    form["idempotency_key"] = "twice"
    done = ana.submit(f"{base}/issue", page=base, issuer=ISSUER, **form)
    assert done.status_code == 303
    again = ana.submit(f"{base}/issue", page=base, issuer=ISSUER, **form)
    assert again.headers["Location"] == done.headers["Location"]
    receipt = ana.get(done.headers["Location"]).text
    assert "2 certificates are issued" in receipt
    assert "RS-2026-000001 to RS-2026-000002" in receipt and "Sanja Uzorak" in receipt

    printed = ana.get(f"{base}/certificates/print")
    assert printed.content_type == "application/pdf" and printed.data.startswith(b"%PDF-")
    exported = cohort.house.logged("trainings.access.exported.v1")
    assert [event.what for event in exported] == ["certificates_to_print"]


def test_the_preview_of_another_moment_issues_nothing(cohort: Cohort) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}"
    form = {"person": cohort.people[:2], "confirmed": "yes", "issuer": ISSUER, "version": "2"}
    stale = ana.submit(f"{base}/issue", page=base, **form)
    assert stale.status_code == 412 and "Issue 2 certificates?" in stale.text
    assert not ana.get(f"{API}/certificates").json["items"]
    nobody = ana.submit(f"{base}/issue", page=base, confirmed="yes", version=cohort.version)
    assert nobody.status_code == 422


def test_the_list_finds_a_number_and_says_what_waits(cohort: Cohort, certificate: str) -> None:
    ana = cohort.trainer()
    page = ana.get(PAGES).text
    assert "1 certificate" in page and "RS-2026-000001" in page and "Mira Primer" in page
    assert "No certificate is found" in ana.get(f"{PAGES}?number=999").text
    odd = ana.get(f"{PAGES}?number=%25_'").text
    assert 'href="#number"' in odd
    assert "Of the cohort RS-BT-01." in ana.get(f"{PAGES}?cohort={cohort.id}").text
    assert ana.get(f"{PAGES}?cohort=x").status_code == 404
    address = f"{API}/certificates/{certificate}/revocation"
    ana.post(address, {"reason": "Doubt"}, If_Match=etag(cohort, certificate))
    waiting = ana.get(f"{PAGES}?state=proposed").text
    assert "1 revocation waits for a second person" in waiting
    member = cohort.house.as_reader(Role.committee_member, account="m").get(PAGES).text
    assert "RS-2026-000001" in member and "Mira Primer" not in member


def test_two_people_revoke_on_pages(cohort: Cohort, certificate: str) -> None:
    ana, address = cohort.trainer(), f"{PAGES}/{certificate}/revocation"
    asked = ana.get(address).text
    assert "a programme officer, or Boris Trener" in asked
    empty = ana.submit(address, reason="", version=version(cohort, certificate))
    assert empty.status_code == 422
    done = ana.submit(address, reason="Never there", version=version(cohort, certificate))
    assert done.status_code == 303
    shown = ana.get(f"{PAGES}/{certificate}").text
    assert "waits for a second person" in shown and "Never there" in shown
    own = ana.submit(f"{address}/confirm", page=address, version=version(cohort, certificate))
    assert own.status_code == 403
    boris = cohort.trainer(OTHER_TRAINER)
    assert "You are the second person. Ana Trenerica proposed it." in boris.get(address).text
    agreed = boris.submit(f"{address}/confirm", page=address, version=version(cohort, certificate))
    assert agreed.status_code == 303
    page = boris.get(f"{PAGES}/{certificate}").text
    assert "RS-2026-000001 is revoked" in page
    for sentence in ("Its revocation was proposed.", "Revoked by a second person", "Issued with"):
        assert sentence in page
    assert "Certificate revoked" in ana.get(f"/trainings/cohorts/{cohort.id}").text


def test_the_first_person_takes_a_proposal_back(cohort: Cohort, certificate: str) -> None:
    ana, address = cohort.trainer(), f"{PAGES}/{certificate}/revocation"
    ana.submit(address, reason="Doubt", version=version(cohort, certificate))
    assert "Take the proposal back" in ana.get(address).text
    back = ana.submit(f"{address}/decline", page=address, version=version(cohort, certificate))
    assert back.status_code == 303
    assert "RS-2026-000001 is valid" in ana.get(f"{PAGES}/{certificate}").text


def test_a_mistake_is_corrected_and_a_lost_document_replaced(
    cohort: Cohort, certificate: str
) -> None:
    next_day(cohort.house)
    officer, base = cohort.officer(), f"{PAGES}/{certificate}"
    form = {
        "full_name": "recorded",
        "course_title": "Starting a small business",
        "minutes": "720",
        "place": "Kragujevac",
        "trainer": "Ana Trenerica",
    }
    cohort.renamed("Mira Primerić")
    wrong = officer.submit(f"{base}/correct", version=version(cohort, certificate), **form)
    assert wrong.status_code == 422 and 'href="#reason"' in wrong.text
    assert "Mira Primerić" in wrong.text
    done = officer.submit(
        f"{base}/correct", version=version(cohort, certificate), reason="Misspelt", **form
    )
    assert done.status_code == 303
    lost = officer.submit(f"{base}/duplicate", version=version(cohort, certificate))
    assert lost.status_code == 303
    sheet = officer.get(f"{base}/print")
    assert 'filename="RS-2026-000001-v2-d1.pdf"' in sheet.headers["Content-Disposition"]
    words = words_of(sheet.data)
    assert "DUPLIKAT" in words and "Mira Primerić" in words and "12 h" in words
    page = officer.get(base).text
    assert "Misspelt" in page and "duplicate 1 takes the place" in page
    auditor = cohort.house.as_reader(Role.auditor, account="a")
    assert auditor.get(f"{base}/print").status_code == 403
    assert "Print it" not in auditor.get(base).text
