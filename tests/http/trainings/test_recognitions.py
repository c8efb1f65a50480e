"""Certificates from elsewhere: recognised with the paper, withdrawn by two, shown apart."""

from __future__ import annotations

import io
from typing import Any, Final

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from tests.http.trainings.conftest import OTHER_PROGRAMME, PROGRAMME, Asker, House
from tests.http.trainings.test_erasure import erased
from tests.http.trainings.test_mine import asks, said
from tests.unit.files.samples import pdf

API: Final = "/trainings/api/v1/recognitions"
PAPER: Final = {
    "issuer": "Regionalna škola",
    "number": "12/2024",
    "title": "Vođenje poslova",
    "kind": "business",
    "hours": "40",
    "issued_on-day": "6",
    "issued_on-month": "5",
    "issued_on-year": "2024",
}


@pytest.fixture
def mira(house: House) -> str:
    return house.person(confirmed_by="officer-2")


def sent(asker: Asker, person: str, *, content: bytes | None = None, **changes: Any) -> Any:
    """The form, with a copy of the paper."""
    address = f"/trainings/people/{person}/recognition"
    text = asker.get(address).text
    fields = {
        name: text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]
        for name in ("csrf_token", "idempotency_key")
    }
    form: dict[str, Any] = {**fields, **PAPER, **changes}
    form["file"] = FileStorage(io.BytesIO(pdf() if content is None else content), "Mira.pdf")
    boundary, body = encode_multipart(form)
    return asker.client.post(
        address,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=asker.headers,
    )


def recognised(asker: Asker, person: str, **changes: Any) -> str:
    """Its id."""
    answer = sent(asker, person, **changes)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).rpartition("/")[2]


def shelf(house: House) -> list[str]:
    return [one.name for one in (house.service.settings.home / "files").glob("??/*")]


def test_an_officer_recognises_it_with_the_paper(house: House, officer: Asker, mira: str) -> None:
    one = recognised(officer, mira)
    shown = officer.get(f"{API}/{one}").json
    assert (shown["state"], shown["minutes"], shown["kind"]) == ("recognised", 2_400, "business")
    assert (shown["issued_on"], shown["number"]) == ("2024-05-06", "12/2024")
    page = officer.get(f"/trainings/recognitions/{one}").text
    assert "Regionalna škola" in page and "It is not one of ours" in page
    copy = officer.get(f"/trainings/recognitions/{one}/document")
    assert copy.data.startswith(b"%PDF-")
    assert "Mira" not in copy.headers["Content-Disposition"]
    read = [event.subject for event in house.logged("trainings.access.read.v1")]
    assert f"recognition/{one}" in read
    (event,) = house.logged("trainings.recognition.recognised.v1")
    assert shelf(house) == [event.sha256]
    assert "12/2024" not in str(event.number), "sealed for the person"
    assert not officer.get("/trainings/api/v1/certificates").json["items"], "no number of ours"
    person = officer.get(f"/trainings/people/{mira}").text
    assert "Certificates from elsewhere" in person and f"/trainings/recognitions/{one}" in person


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issuer": ""}, "issuer"),
        ({"hours": "0"}, "hours"),
        ({"kind": "magic"}, "kind"),
        ({"issued_on-year": "2027"}, "issued_on"),
        ({"issued_on-month": "13"}, "issued_on"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    house: House, officer: Asker, mira: str, changes: dict[str, Any], field: str
) -> None:
    answer = sent(officer, mira, **changes)
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    assert "Vođenje poslova" in answer.text
    assert shelf(house) == [], "no copy is kept of what was refused"


def test_without_a_paper_nothing_is_recognised(house: House, officer: Asker, mira: str) -> None:
    nothing = sent(officer, mira, content=b"")
    assert nothing.status_code == 422 and 'href="#file"' in nothing.text
    assert sent(officer, mira, content=b"<svg/>").status_code == 422
    assert not officer.get(API).json["items"] and shelf(house) == []


def test_whose_identity_nobody_confirmed_has_nothing_recognised(
    house: House, officer: Asker
) -> None:
    answer = sent(officer, house.person())
    assert answer.status_code == 409 and "second person must confirm" in answer.text
    assert shelf(house) == []


def test_the_same_form_twice_is_one(house: House, officer: Asker, mira: str) -> None:
    first = sent(officer, mira, idempotency_key="once")
    again = sent(officer, mira, idempotency_key="once")
    assert first.headers["Location"] == again.headers["Location"]
    assert len(officer.get(API).json["items"]) == 1 and len(shelf(house)) == 1


def test_two_people_withdraw_it(officer: Asker, second: Asker, mira: str) -> None:
    one = recognised(officer, mira)
    page = f"/trainings/recognitions/{one}"
    empty = officer.submit(f"{page}/withdrawal", page=page, reason="", version="1")
    assert empty.status_code == 422 and 'href="#reason"' in empty.text
    asked = officer.submit(
        f"{page}/withdrawal", page=page, reason="The school does not know it", version="1"
    )
    assert asked.status_code == 303
    waiting = officer.get("/trainings/recognitions?state=proposed").text
    assert "1 withdrawal waits for a second person" in waiting
    own = officer.submit(f"{page}/withdrawal/confirm", page=page, version="2")
    assert own.status_code == 403
    text = second.get(page).text
    assert "You are the second person" in text and "The school does not know it" in text
    stale = second.submit(f"{page}/withdrawal/confirm", page=page, version="1")
    assert stale.status_code == 412
    done = second.submit(f"{page}/withdrawal/confirm", page=page, version="2")
    assert done.status_code == 303
    assert "counts no more" in second.get(page).text
    assert second.get(f"{API}/{one}").json["state"] == "withdrawn"


def test_programs_propose_decline_and_list(officer: Asker, second: Asker, mira: str) -> None:
    one = recognised(officer, mira, number="")
    address = f"{API}/{one}/withdrawal"
    asked = officer.post(address, {"reason": "Doubt"}, If_Match='"1"')
    assert asked.status_code == 200 and asked.json["version"] == 2
    assert officer.post(f"{address}/confirm", If_Match='"2"').status_code == 403
    assert officer.get(f"{API}?state=proposed").json["items"][0]["proposed_by"] == "officer-1"
    assert second.post(f"{address}/decline", If_Match='"2"').status_code == 200
    shown = second.get(f"{API}/{one}", If_None_Match='"3"')
    assert shown.status_code == 304
    assert second.get(f"{API}/{one}").json["state"] == "recognised"
    assert second.get(f"{API}/{one}/document").data.startswith(b"%PDF-")
    assert second.get(f"{API}?state=lost").status_code == 422


def test_who_may_not_recognise_or_see(house: House, officer: Asker, mira: str) -> None:
    one = recognised(officer, mira)
    address = f"/trainings/people/{mira}/recognition"
    for role, status in ((Role.trainer, 403), (Role.auditor, 403), (Role.committee_member, 403)):
        asker = house.as_reader(role, account=f"{role}-9")
        assert asker.get(address).status_code == status, role
    trainer = house.as_reader(Role.trainer, account="trainer-9")
    assert trainer.get(f"/trainings/recognitions/{one}").status_code == 404
    auditor = house.as_reader(Role.auditor, account="auditor-1")
    text = auditor.get(f"/trainings/recognitions/{one}").text
    assert "Regionalna škola" in text and "Propose to withdraw" not in text
    elsewhere = house.as_reader(
        Role.programme_officer, programme=OTHER_PROGRAMME, account="officer-9"
    )
    for page in (address, f"/trainings/recognitions/{one}", f"{API}/{one}"):
        assert elsewhere.get(page).status_code == 404, page


def test_the_person_sees_it_apart_from_certificates_of_ours(
    house: House, officer: Asker, mira: str
) -> None:
    recognised(officer, mira)
    text = said(asks(house, mira).get("/trainings/mine"))
    assert "You have no certificate yet" in text
    assert "Certificates from elsewhere that we recognise" in text and "Regionalna škola" in text


def test_after_erasure_the_paper_is_gone_and_that_it_was_recognised_stays(
    house: House, officer: Asker, second: Asker, mira: str
) -> None:
    one = recognised(officer, mira)
    erased(house, officer, second, mira)
    shown = officer.get(f"{API}/{one}").json
    assert shown["number"] is None and shown["issuer"] == "Regionalna škola"
    assert officer.get(f"/trainings/recognitions/{one}/document").status_code == 404
    assert shelf(house) == []
    assert "12/2024" not in officer.get(f"/trainings/recognitions/{one}").text


# Once for each paper


def test_the_same_paper_is_recognised_once_for_a_person(house: House, mira: str) -> None:
    officer = house.as_reader(Role.programme_officer)
    first = recognised(officer, mira)
    same: tuple[dict[str, Any], ...] = (
        {},
        {"issuer": "REGIONALNA  SKOLA"},
        {"number": " 12 / 2024"},
        {"title": "Another title", "hours": "30"},
    )
    for again in same:
        refused = sent(officer, mira, **again)
        assert (
            refused.status_code == 409 and "is recognised for this person already" in refused.text
        )
    recognised(officer, mira, number="13/2024")
    recognised(officer, mira, number="")
    assert sent(officer, mira, number="").status_code == 409
    recognised(officer, mira, number="", title="Another title")
    files = house.service.settings.home / "files"
    assert len([path for path in files.glob("??/*") if path.is_file()]) == 4

    def etag() -> str:
        return str(officer.get(f"{API}/{first}").headers["ETag"])

    officer.post(f"{API}/{first}/withdrawal", {"reason": "Wrong kind"}, If_Match=etag())
    other = house.as_reader(Role.programme_officer, account="officer-2")
    assert other.post(f"{API}/{first}/withdrawal/confirm", If_Match=etag()).status_code == 200
    assert recognised(officer, mira) != first, "once it counts no more it can be recognised anew"


def test_a_paper_of_two_people_is_told_to_who_looks(house: House, mira: str) -> None:
    officer = house.as_reader(Role.programme_officer)
    sanja = house.person(full_name="Sanja Uzorak", reference="S-1", confirmed_by="officer-2")
    one = recognised(officer, mira)
    assert "Compare the papers" not in officer.get(f"/trainings/recognitions/{one}").text
    two = recognised(officer, sanja, issuer="regionalna škola")
    page = officer.get(f"/trainings/recognitions/{two}").text
    assert "Compare the papers" in page and f"/trainings/recognitions/{one}" in page
    assert "Mira Primer" in page


def test_holders_decide_nothing_about_a_paper_of_their_own(house: House, mira: str) -> None:
    officer = house.as_reader(Role.programme_officer)
    one = recognised(officer, mira)
    reader = Reader(
        "officer-9",
        "session-9",
        "officer-9",
        (RoleGrant(Role.programme_officer, PROGRAMME),),
        fresh_at=int(house.clock.now().timestamp()),
        registrations=frozenset({mira}),
    )
    headers = {"Authorization": f"Bearer {house.signer.sign(reader)}"}
    holder = Asker(house.app.test_client(), headers)

    def etag() -> str:
        return str(officer.get(f"{API}/{one}").headers["ETag"])

    address = f"{API}/{one}/withdrawal"
    assert holder.post(address, {"reason": "x"}, If_Match=etag()).status_code == 403
    assert officer.post(address, {"reason": "x"}, If_Match=etag()).status_code == 200
    for act in ("decline", "confirm"):
        assert holder.post(f"{address}/{act}", If_Match=etag()).status_code == 403
    assert sent(holder, mira, number="14").status_code == 403
