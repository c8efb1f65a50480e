"""Officers plan visits, field officers record what they find, and somebody else accepts it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.grants.awards.views import tranches_of
from services.grants.visits.visit import VISIT
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.privacy.keyring import KeyName

from .home import PROGRAMME, Asker, House
from .ledger_home import Past, active_award, bring_past, bring_visit

API = "/grants/api/v1/visits"
FINDINGS: dict[str, Any] = {
    "outcome": "trading",
    "trading_since": "2026-02-01",
    "registered": True,
    "equipment_present": True,
    "equipment": [{"serial_no": "SN-1", "present": True}, {"serial_no": "SN-2", "present": False}],
    "jobs": 2,
    "income_band": "middle",
}
SENT: dict[str, Any] = {
    "device_visit_id": "phone-1",
    "occurred_at": "2026-03-01T09:00:00Z",
    "recorded_at": "2026-03-01T09:30:00Z",
    "findings": FINDINGS,
    "note": "The oven needs a repair.",
}


@pytest.fixture
def past(house: House) -> Past:
    return bring_past(house)


@pytest.fixture
def officer(house: House) -> Asker:
    return house.as_reader(Role.programme_officer, account_id="o1")


@pytest.fixture
def field(house: House) -> Asker:
    house.staff("v1", "Marko Primer", Role.field_officer)
    return house.as_reader(Role.field_officer, account_id="v1")


def plan(officer: Asker, past: Past, *, month: int = 4, **more: Any) -> str:
    answer = officer.post(API, {"award_id": past.awards["A0001"], "month": month, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{API}/{answer.json['id']}"
    return str(answer.json["id"])


def made(officer: Asker, field: Asker, past: Past, **findings: Any) -> str:
    visit_id = plan(officer, past)
    sent = {**SENT, "findings": {**FINDINGS, **findings}}
    assert field.post(f"{API}/{visit_id}/record", sent).status_code == 200
    return visit_id


def title(text: str) -> str:
    found = re.search(r"<h1.*?</h1>", text, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", " ", found[0])).replace("\xa0", " ").strip()


def test_a_visit_is_planned_recorded_and_accepted(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    visit_id = plan(officer, past, visitor="v1")
    listed = field.get(f"{API}?status=planned&visitor=v1").json["items"]
    assert [one["visit_id"] for one in listed] == [visit_id]
    assert listed[0]["due_on"] == "2011-09-04" and listed[0]["municipality"] == "Topola"
    assert "full_name" not in listed[0]
    done = field.post(f"{API}/{visit_id}/record", SENT)
    assert (done.status_code, done.json) == (200, {"id": visit_id, "version": 2})
    shown = officer.get(f"{API}/{visit_id}")
    assert shown.headers["ETag"] == '"2"'
    assert shown.json["holds"] == FINDINGS
    assert shown.json["versions"][0]["note"] == "The oven needs a repair."
    assert ("read", "o1") in house.recorded()
    assert officer.get(f"{API}/{visit_id}", If_None_Match='"2"').status_code == 304
    assert officer.post(f"{API}/{visit_id}/accept").status_code == 428
    assert officer.post(f"{API}/{visit_id}/accept", If_Match='"1"').status_code == 412
    accepted = officer.post(f"{API}/{visit_id}/accept", If_Match='"2"')
    assert accepted.json == {"id": visit_id, "version": 3}
    assert officer.get(f"{API}/{visit_id}").json["status"] == "accepted"


def test_an_accepted_visit_is_what_the_next_tranche_waits_for(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    award_id = active_award(house, past)

    def accepted(month: int, outcome: str) -> str:
        answer = officer.post(API, {"award_id": award_id, "month": month})
        address = f"{API}/{answer.json['id']}"
        sent = {**SENT, "findings": {**FINDINGS, "outcome": outcome}}
        assert field.post(f"{address}/record", sent).status_code == 200
        assert officer.post(f"{address}/accept", If_Match='"2"').status_code == 200
        return house.ask(tranches_of, award_id)[0].visit

    assert accepted(1, "refused") == "open"
    assert accepted(2, "trading") == "met"
    assert house.ask(tranches_of, award_id)[1].visit == "open"
    # What was paid before this system waits for nothing here.
    assert house.ask(tranches_of, past.awards["A0001"])[0].visit == "open"


def test_the_same_visit_twice_is_one_and_another_version_stays_beside_it(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    visit_id = made(officer, field, past)
    again = field.post(f"{API}/{visit_id}/record", SENT)
    assert again.json["version"] == 2
    other = {**SENT, "findings": {**FINDINGS, "jobs": 5}, "device_visit_id": "phone-2"}
    colleague = house.as_reader(Role.field_officer, account_id="v2")
    assert colleague.post(f"{API}/{visit_id}/record", other).json["version"] == 3
    body = officer.get(f"{API}/{visit_id}").json
    assert (body["status"], body["holds"], len(body["versions"])) == ("conflict", None, 2)
    refused = officer.post(f"{API}/{visit_id}/accept", If_Match='"3"')
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/visit-in-conflict")
    choice = {"version_no": 2, "reason": "Counted again."}
    assert officer.post(f"{API}/{visit_id}/resolve", choice, If_Match='"2"').status_code == 412
    chosen = officer.post(f"{API}/{visit_id}/resolve", choice, If_Match='"3"')
    assert chosen.json["version"] == 4
    assert officer.get(f"{API}/{visit_id}").json["holds"]["jobs"] == 5
    missing = {**choice, "version_no": 9}
    assert officer.post(f"{API}/{visit_id}/resolve", missing, If_Match='"4"').status_code == 200


def test_findings_are_corrected_with_a_reason(past: Past, officer: Asker, field: Asker) -> None:
    visit_id = made(officer, field, past, outcome="closed", jobs=None)
    right = {"findings": {**FINDINGS, "jobs": 3}, "reason": "Another stall of theirs was closed."}
    answer = officer.post(f"{API}/{visit_id}/correct", right, If_Match='"2"')
    assert answer.json["version"] == 3
    body = officer.get(f"{API}/{visit_id}").json
    assert (body["status"], body["outcome"], body["holds"]["jobs"]) == ("accepted", "trading", 3)
    silent = officer.post(f"{API}/{visit_id}/correct", {**right, "reason": ""}, If_Match='"3"')
    assert silent.status_code == 422


def test_nobody_accepts_a_visit_that_they_made(house: House, past: Past, officer: Asker) -> None:
    both = house.as_reader(Role.field_officer, Role.programme_officer, account_id="x1")
    visit_id = plan(officer, past)
    both.post(f"{API}/{visit_id}/record", SENT)
    refused = both.post(f"{API}/{visit_id}/accept", If_Match='"2"')
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/visitor-accepts")
    page = both.get(f"/grants/visits/{visit_id}")
    assert "You made this visit, so somebody else accepts it." in page.text


def test_who_may_not(house: House, past: Past, officer: Asker, field: Asker) -> None:
    visit_id = made(officer, field, past)
    award = {"award_id": past.awards["A0001"], "month": 5}
    assert field.post(API, award).status_code == 403
    assert officer.post(f"{API}/{visit_id}/record", SENT).status_code == 403
    assert field.post(f"{API}/{visit_id}/accept", If_Match='"2"').status_code == 403
    trainer = house.as_reader(Role.trainer)
    assert trainer.get(API).status_code == 403 and trainer.get("/grants/visits").status_code == 403
    elsewhere = house.as_reader(Role.programme_officer, programme="BA-2026")
    assert elsewhere.get(API).json["items"] == []
    assert elsewhere.get(f"{API}/{visit_id}").status_code == 404
    assert elsewhere.post(API, award).status_code == 404
    for address in (f"{API}/no", f"{API}/0192d1c0-0000-7000-8000-000000000000"):
        assert officer.get(address).status_code == 404
    assert officer.get("/grants/visits/no").status_code == 404
    unknown = {**award, "award_id": "0192d1c0-0000-7000-8000-000000000000"}
    assert officer.post(API, unknown).status_code == 404


def test_a_field_officer_of_one_place_sees_what_waits_there(
    house: House, past: Past, officer: Asker
) -> None:
    plan(officer, past)
    bring_visit(house, past, "A0001")
    elsewhere = bring_visit(house, past, "A0002")

    def token() -> dict[str, str]:
        grants = (RoleGrant(Role.field_officer, PROGRAMME, "Topola"),)
        signed = house.signer.sign(Reader("v9", "session-v9", "Vida", grants))
        return {"Authorization": f"Bearer {signed}"}

    vida = Asker(house.app.test_client(), token)
    listed = vida.get(API).json["items"]
    assert [(one["application_no"], one["status"]) for one in listed] == [("A0001", "planned")]
    assert vida.get(f"{API}/{elsewhere}").status_code == 404


def test_what_is_wrong_is_refused_in_words(past: Past, officer: Asker, field: Asker) -> None:
    visit_id = plan(officer, past)
    award = {"award_id": past.awards["A0001"]}
    assert officer.post(API, {**award, "month": 4}).json["type"].endswith("visit-planned-already")
    for wrong in ({"month": 0}, {"month": 121}, {"month": "4"}, {"month": True}, {"month": 1e30}):
        assert officer.post(API, {**award, **wrong}).status_code == 422, wrong
    changes: tuple[dict[str, Any], ...] = (
        {"occurred_at": "2026-03-01T09:00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "2026-03-01T10:00:00Z"},
        {"recorded_at": "2027-03-01T10:00:00Z"},
        {"device_visit_id": ""},
        {"device_visit_id": "a\x00b"},
        {"note": "\x00"},
        {"findings": {**FINDINGS, "jobs": 10**30}},
        {"findings": {**FINDINGS, "jobs": -1}},
        {"findings": {**FINDINGS, "outcome": "rich"}},
        {"findings": {**FINDINGS, "trading_since": "0001-01-01"}},
        {"findings": {**FINDINGS, "equipment": [{"serial_no": "A", "present": True}] * 2}},
        {"findings": []},
    )
    for change in changes:
        answer = field.post(f"{API}/{visit_id}/record", {**SENT, **change})
        assert answer.status_code in (400, 422), (change, answer.text)
    assert officer.post(f"{API}/{visit_id}/accept", If_Match='"1"').status_code == 409
    assert officer.get(f"{API}?cursor=WyIiLCJ4IiwieSJd").status_code == 422
    assert officer.get(f"{API}?month=0").status_code == 422


def test_the_list_says_what_is_due_and_overdue(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    empty = officer.get("/grants/visits")
    assert title(empty.text) == "No visit is to be made"
    assert "Plan a visit" in empty.text
    plan(officer, past)
    page = field.get("/grants/visits")
    assert title(page.text) == "1 visit to make, 1 overdue"
    assert "overdue by" in page.text and "Plan a visit" not in page.text
    assert ("read", "v1") in house.recorded()
    assert title(field.get("/grants/visits?mine=yes").text) == "No visit is to be made"
    assert title(field.get("/grants/visits?place=Topola").text) == "1 visit to make, 1 overdue"
    before = bring_visit(house, past, "A0002")
    assert title(officer.get("/grants/visits?show=made").text) == "No visit waits to be accepted"
    done = officer.get("/grants/visits?show=done")
    assert title(done.text) == "1 visit is done" and "Made before this system" in done.text
    shown = officer.get(f"/grants/visits/{before}")
    assert title(shown.text) == "The business works: A0002, month 6"
    assert "Accept the visit" not in shown.text
    first = officer.get(f"{API}?limit=1").json
    rest = officer.get(f"{API}?limit=1&cursor={first['next']}").json
    places = [one["municipality"] for one in first["items"] + rest["items"]]
    assert places == ["Knić", "Topola"] and rest["next"] is None


def test_planning_on_a_page(house: House, past: Past, officer: Asker) -> None:
    new = "/grants/visits/new"
    house.staff("v1", "Marko Primer", Role.field_officer)
    wrong = officer.submit(new, new, application_no="Z9", month="soon", visitor="v1")
    assert wrong.status_code == 422
    assert "There is no award with this application number." in wrong.text
    assert 'value="soon"' in wrong.text and 'value="v1" selected' in wrong.text
    sent = officer.submit(new, new, application_no="A0001", month="2", unannounced="yes")
    assert sent.status_code == 303
    page = officer.get(sent.headers["Location"])
    assert "The visit is planned." in page.text and "Unannounced" in page.text
    again = officer.submit(new, f"{new}?award={past.awards['A0001']}", application_no="A0001",
                           month="2")  # fmt: skip
    assert again.status_code == 409 and "is planned already" in again.text


def test_recording_and_accepting_on_pages(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    address = f"/grants/visits/{plan(officer, past)}"
    assert "Record the visit" in field.get(address).text
    form = f"{address}/record"
    wrong = field.submit(form, form, jobs="many", occurred_on="2030-01-01", note="Oven broken")
    assert wrong.status_code == 422
    for words in ("Say how you found the business.", "The visit lies in the future.", "Oven"):
        assert words in wrong.text
    assert 'value="many"' in wrong.text
    answers = {"outcome": "trading", "jobs": "2", "occurred_on": "2026-02-28", "registered": "yes"}
    serials = {"serial-1": "SN-1", "present-1": "no"}
    sent = field.submit(form, form, **answers, **serials, note="Oven broken", idempotency_key="k1")
    assert sent.status_code == 303
    assert field.submit(form, form, **answers, **serials, note="Oven broken",
                        idempotency_key="k1").status_code == 303  # fmt: skip
    shown = officer.get(address)
    assert title(shown.text) == "This visit waits to be accepted: A0001, month 4"
    assert "SN-1: missing" in shown.text and "Oven broken" in shown.text
    done = officer.submit(f"{address}/accept", address, version="2")
    assert done.status_code == 303
    page = officer.get(address)
    assert title(page.text) == "The business works: A0001, month 4"
    assert "The visit is accepted." in page.text
    finance = house.as_reader(Role.finance_officer).get(address)
    assert finance.status_code == 200 and "Oven broken" not in finance.text


def test_choosing_and_correcting_on_pages(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    visit_id = made(officer, field, past)
    other = {**SENT, "findings": {**FINDINGS, "outcome": "closed"}}
    field.post(f"{API}/{visit_id}/record", other)
    address = f"/grants/visits/{visit_id}"
    page = officer.get(address)
    assert title(page.text) == "Versions of this visit disagree: A0001, month 4"
    silent = officer.submit(f"{address}/resolve", address, version="3", version_no="2")
    assert silent.status_code == 422 and "State a reason." in silent.text
    sent = officer.submit(
        f"{address}/resolve", address, version="3", version_no="2", reason="I asked the neighbours."
    )
    assert sent.status_code == 303
    assert "One version was chosen: I asked the neighbours." in officer.get(address).text
    form = f"{address}/correct"
    shown = officer.get(form)
    assert 'value="SN-2"' in shown.text
    stale = officer.submit(form, form, version="3", outcome="trading", reason="A mistake.")
    assert stale.status_code == 412
    wrong = officer.submit(form, form, version="4", outcome="trading", reason="")
    assert wrong.status_code == 422 and "State a reason." in wrong.text
    right = officer.submit(form, form, version="4", outcome="trading", reason="A mistake.")
    assert right.status_code == 303
    assert title(officer.get(address).text) == "The business works: A0001, month 4"


def test_a_visit_counts_for_one_tranche_only(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    visit_id = made(officer, field, past)
    house.clock.moment += timedelta(days=1)
    officer.post(f"{API}/{visit_id}/accept", If_Match='"2"')
    again = officer.post(f"{API}/{visit_id}/accept", If_Match='"3"')
    assert again.json["version"] == 3
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, VISIT.stream(visit_id))
    assert len(events) == 3


@pytest.mark.parametrize("visitor", ["nobody", "Somebody of the past", "o1", "f2", "f3"])
def test_a_visit_is_planned_for_nobody_without_the_role(
    house: House, past: Past, officer: Asker, visitor: str
) -> None:
    house.staff("o1", "Ana Primer", Role.programme_officer)
    house.staff("f2", "Vera Primer", Role.field_officer, programme="BA-2026")
    house.staff("f3", "Mira Primer", Role.field_officer)
    house.account("suspended", "f3", reason="On leave.")
    award_id = past.awards["A0001"]
    body = {"award_id": award_id, "month": 4, "visitor": visitor}
    refused = officer.post(API, body)
    assert refused.status_code == 422
    assert refused.json["type"] == "/problems/visitor-without-role"
    form = {"award_id": award_id, "month": "4", "visitor": visitor}
    page = officer.submit("/grants/visits/new", f"/grants/visits/new?award={award_id}", **form)
    assert page.status_code == 422 and 'href="#visitor"' in page.text


def test_the_support_line_is_for_the_named_visitor_before_the_visit(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    """The least that a visitor must know; nobody else's page has it, and no table in the clear."""
    line = "Call before you come, čuvaj se"
    registration_id = past.registrations["A0001"]

    def marked(text: str | None) -> None:
        given: dict[str, Any] = {"line": None}
        if text is not None:
            given = {"sealed": (registration_id, {"line": ("special", text)})}
        house.arrives(
            "trainings.vulnerability.support_line_set.v1",
            f"vulnerability/{registration_id}",
            registration_id=registration_id,
            **given,
        )

    marked(line)
    visit_id = plan(officer, past, visitor="v1")
    page = f"/grants/visits/{visit_id}"
    assert line in field.get(page).text
    house.staff("v2", "Vera Primer", Role.field_officer)
    other = house.as_reader(Role.field_officer, account_id="v2")
    for asker in (officer, other, house.as_reader(Role.auditor, account_id="a1")):
        assert line not in asker.get(page).text
    with house.service.database.reading() as connection:
        (row,) = connection.exec_driver_sql("select * from support_lines").all()
        reads = connection.exec_driver_sql("select envelope from events where type like '%read.v1'")
        seen = [bytes(raw) for (raw,) in reads if b"support_line" in bytes(raw)]
    assert line not in str(row)
    assert len(seen) == 1 and f"registration/{registration_id}".encode() in seen[0]
    marked(None)
    assert line not in field.get(page).text
    marked(line)
    assert field.post(f"{API}/{visit_id}/record", SENT).status_code == 200
    assert line not in field.get(page).text


def test_a_support_line_is_absent_once_its_key_is_destroyed(
    house: House, past: Past, officer: Asker, field: Asker
) -> None:
    registration_id = past.registrations["A0001"]
    house.arrives(
        "trainings.vulnerability.support_line_set.v1",
        f"vulnerability/{registration_id}",
        registration_id=registration_id,
        sealed=(registration_id, {"line": ("special", "Call before you come")}),
    )
    page = f"/grants/visits/{plan(officer, past, visitor='v1')}"
    assert "Before you come" in field.get(page).text
    house.service.keyring.destroy([KeyName(registration_id, "special")])
    assert "Call before" not in field.get(page).text
