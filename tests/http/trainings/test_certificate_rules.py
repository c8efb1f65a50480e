"""What a certificate is kept from: another name, unprintable words, one's own hand, erasure."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from services.trainings.certificates import keeping
from services.trainings.certificates.keeping import Named, content
from services.trainings.certificates.rendering import rendered
from services.trainings.certificates.tables import VERSIONS
from services.trainings.tables import CERTIFICATES
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.due.worker import run_due_once
from tests.http.trainings.cohort_home import API, Cohort
from tests.http.trainings.conftest import PROGRAMME, Asker, House
from tests.http.trainings.test_erasure import erased
from tests.printed import words_of

PAGES: Final = "/trainings/certificates"
CHOSEN: Final = re.compile(r'name="person"[^>]*value="([^"]+)"')


@pytest.fixture
def cohort(house: House) -> Cohort:
    made = Cohort.begun(house)
    made.finished()
    return made


@pytest.fixture
def certificate(cohort: Cohort) -> str:
    return cohort.issue(cohort.people[0])[0]


def code(answer: Any) -> str:
    """The last part of a problem's type."""
    return str(answer.json["type"]).rpartition("/")[2]


def sends(asker: Asker, certificate: str, part: str, json: Any = None) -> Any:
    """A command on the version that stands."""
    address = f"{API}/certificates/{certificate}"
    etag = asker.get(address).headers["ETag"]
    return asker.post(f"{address}/{part}", json, If_Match=etag)


def holder(house: House, registration: str, account: str = "officer-9") -> Asker:
    """An officer who holds the certificate."""
    reader = Reader(
        account,
        f"session-{account}",
        account,
        (RoleGrant(Role.programme_officer, PROGRAMME),),
        fresh_at=int(house.clock.now().timestamp()),
        registrations=frozenset({registration}),
    )
    headers = {"Authorization": f"Bearer {house.signer.sign(reader)}"}
    return Asker(house.app.test_client(), headers)


def numbers_taken(house: House) -> int:
    with house.service.database.reading() as connection:
        query = select(func.count()).select_from(CERTIFICATES)
        return int(connection.execute(query).scalar_one())


def says(house: House, certificate: str, **columns: str) -> None:
    """A certificate of before: its version says what nothing lets it say today."""
    with house.service.database.writing() as connection:
        for table in (VERSIONS, CERTIFICATES):
            change = table.update().where(table.c.certificate_id == certificate)
            connection.execute(change.values(**columns))


# Nobody else's


def test_the_name_of_a_correction_is_on_record_and_confirmed_by_a_second_person(
    cohort: Cohort, certificate: str
) -> None:
    officer = cohort.officer()
    other = {"reason": "x", "full_name": "Sasvim Druga"}
    assert code(sends(officer, certificate, "corrections", other)) == "name-not-on-record"
    cohort.renamed("Sasvim Druga", confirmed=False)
    refused = sends(officer, certificate, "corrections", other)
    assert (refused.status_code, code(refused)) == (409, "name-not-on-record")
    assert "a second person confirms it" in refused.json["detail"]
    page = officer.get(f"{PAGES}/{certificate}/correct").text
    assert "no second person confirmed yet" in page and 'value="recorded"' not in page
    cohort.house.confirm(cohort.people[0], by="officer-2")
    page = officer.get(f"{PAGES}/{certificate}/correct").text
    assert 'value="recorded"' in page and 'value="held" checked' in page
    assert sends(officer, certificate, "corrections", other).status_code == 200


def test_days_and_hours_of_a_correction_are_those_of_the_cohort(
    cohort: Cohort, certificate: str
) -> None:
    officer = cohort.officer()
    for wrong, said in (
        ({"session_dates": ["2030-01-01"]}, "session-days"),
        ({"session_dates": ["2026-03-01"]}, "session-days-unknown"),
        ({"minutes": 300_000}, "minutes"),
        ({"minutes": 721}, "minutes"),
    ):
        refused = sends(officer, certificate, "corrections", {"reason": "x", **wrong})
        assert (refused.status_code, code(refused)) == (422, said)
    right = {"reason": "x", "session_dates": ["2026-03-03", "2026-03-03"], "minutes": 360}
    assert sends(officer, certificate, "corrections", right).status_code == 200
    shown = officer.get(f"{API}/certificates/{certificate}").json
    assert (shown["session_dates"], shown["minutes"]) == (["2026-03-03"], 360)
    asked = {"number": shown["number"], "code": shown["code"]}
    told: Any = cohort.house.app.test_client().post(f"{API}/check", json=asked).json
    assert (told["state"], told["corrected_on"]) == ("valid", "2026-03-03")


# What can be shown


@pytest.mark.parametrize("issuer", ["Udruženje 🚀 Primer", "Udruženje 李", "Udru\ue000ženje"])
def test_no_number_is_taken_for_what_no_document_can_show(cohort: Cohort, issuer: str) -> None:
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/issue"
    body = {"registrations": cohort.people, "issuer": issuer}
    refused = ana.post(f"{API}/cohorts/{cohort.id}/certificates", body, If_Match=cohort.etag)
    assert (refused.status_code, code(refused)) == (422, "unprintable")
    assert refused.json["field"] == "issuer" and numbers_taken(cohort.house) == 0
    for form in ("png", "pdf"):
        address = f"{base}/preview.{form}?person={cohort.people[0]}&issuer={issuer}&language=bs"
        assert ana.get(address).status_code == 422
    asked: dict[str, Any] = {
        "person": cohort.people,
        "seen": " ".join(cohort.people),
        "confirmed": "yes",
        "issuer": issuer,
        "language": "bs",
        "version": cohort.version,
    }
    page = ana.submit(base, **asked)
    assert page.status_code == 422 and 'href="#issuer"' in page.text and issuer in page.text
    assert numbers_taken(cohort.house) == 0


def test_somebody_whose_name_cannot_be_shown_gets_none_and_the_others_do(cohort: Cohort) -> None:
    cohort.renamed("李 小龙", person=1)
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/issue"
    page = ana.get(base).text
    assert set(CHOSEN.findall(page)) == {cohort.people[0], cohort.people[2]}
    assert "Their name has characters that a document cannot show" in page
    body = {"registrations": cohort.people, "issuer": "Udruženje"}
    refused = ana.post(f"{API}/cohorts/{cohort.id}/certificates", body, If_Match=cohort.etag)
    assert (refused.status_code, refused.json["field"]) == (422, "full_name")
    assert "李" not in refused.text and numbers_taken(cohort.house) == 0


def test_a_correction_that_cannot_be_shown_changes_nothing(
    cohort: Cohort, certificate: str
) -> None:
    officer = cohort.officer()
    refused = sends(officer, certificate, "corrections", {"reason": "x", "place": "Niš 🚀"})
    assert (refused.status_code, code(refused)) == (422, "unprintable")
    assert officer.get(f"{API}/certificates/{certificate}").json["certificate_version"] == 1


def test_one_document_that_cannot_be_made_stops_no_other(cohort: Cohort) -> None:
    house, made = cohort.house, cohort.issue()
    says(house, made[1], issuer="Udruženje 🚀")
    assert run_due_once(house.service, house.clock.now()) == 3
    assert run_due_once(house.service, house.clock.now()) == 0, "it is not tried for ever"
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/certificates"
    with zipfile.ZipFile(io.BytesIO(ana.get(f"{base}/folder").data)) as archive:
        assert archive.namelist() == ["RS-2026-000001.pdf", "RS-2026-000003.pdf"]
    words = words_of(ana.get(f"{base}/print").data)
    assert "RS-2026-000001" in words and "RS-2026-000002" not in words
    page = ana.get(f"{base}/documents").text
    assert "1 document cannot be made" in page and f"{PAGES}/{made[1]}" in page
    assert "All 2 documents are ready" in page and "hx-get" not in page
    refused = ana.get(f"{API}/certificates/{made[1]}/documents/1/0")
    assert (refused.status_code, code(refused)) == (409, "document-unmakeable")
    (one,) = ana.get(f"{API}/certificates/{made[1]}/documents").json["items"]
    assert one["state"] == "unmakeable"


def test_kept_bytes_are_given_whatever_makes_documents_later(
    cohort: Cohort, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = Named(certificate, 1, 0)
    before = content(cohort.house.service, named)
    monkeypatch.setattr(keeping, "TEMPLATE", "certificate-2")
    monkeypatch.setattr(keeping, "rendered", None)
    assert content(cohort.house.service, named) == before


def test_a_document_that_is_replaced_while_it_is_made_is_not_handed_out(
    cohort: Cohort, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code would be told to be of an older version, the moment that it is printed."""
    officer = cohort.officer()

    def meanwhile(*given: Any, **how: Any) -> bytes:
        monkeypatch.setattr(keeping, "rendered", rendered)
        done = sends(officer, certificate, "corrections", {"reason": "x", "place": "Niš"})
        assert done.status_code == 200
        return rendered(*given, **how)

    monkeypatch.setattr(keeping, "rendered", meanwhile)
    assert officer.get(f"{PAGES}/{certificate}/documents/1/0").status_code == 404
    folder = cohort.house.service.settings.home / "files"
    assert [path for path in folder.glob("??/*") if path.is_file()] == []
    assert officer.get(f"{PAGES}/{certificate}/documents/2/0").status_code == 200


def test_a_line_break_of_before_stops_no_credential(cohort: Cohort, certificate: str) -> None:
    house, officer = cohort.house, cohort.officer()
    address = f"{PAGES}/{certificate}/credential.json"
    says(house, certificate, course_title="Pokretanje\nposla")
    given = officer.get(address)
    assert given.status_code == 200 and b"Pokretanje posla" in given.data
    says(house, certificate, course_title="Pokretanje\x01posla")
    refused = officer.get(address)
    assert refused.status_code == 409 and "Correct the certificate" in refused.text


def test_a_title_is_one_line_from_the_course_on(house: House) -> None:
    officer = house.as_reader(Role.programme_officer)
    body = {"title": "Pokretanje\nposla\u2028", "kind": "business", "hours": 24, "modules": ["A"]}
    assert officer.post(f"{API}/courses", body).status_code == 201
    assert officer.get(f"{API}/courses").json["items"][0]["title"] == "Pokretanje posla"


def test_a_name_of_before_is_confirmed_without_what_nobody_sees(
    cohort: Cohort, certificate: str
) -> None:
    house = cohort.house
    says(house, certificate, full_name="\ufeffMi\u00adra\u200b Primer")
    shown = cohort.officer().get(f"{API}/certificates/{certificate}").json
    asked = {"number": shown["number"], "code": shown["code"], "name": "Mira Primer"}
    told: Any = house.app.test_client().post(f"{API}/check", json=asked).json
    assert told["name"] == "confirmed"


# One's own


@pytest.mark.parametrize(
    ("proposed", "part", "body"),
    [
        (False, "corrections", {"reason": "x", "place": "Niš"}),
        (False, "duplicates", None),
        (False, "revocation", {"reason": "x"}),
        (True, "revocation/decline", None),
        (True, "revocation/confirm", None),
    ],
)
def test_holders_decide_nothing_about_their_own(
    cohort: Cohort, certificate: str, proposed: bool, part: str, body: Any
) -> None:
    officer = cohort.officer()
    if proposed:
        assert sends(officer, certificate, "revocation", {"reason": "y"}).status_code == 200
    own = sends(holder(cohort.house, cohort.people[0]), certificate, part, body)
    assert own.status_code == 403 and code(own) in ("own-case", "own-certificate")
    other = holder(cohort.house, cohort.people[1])
    assert sends(other, certificate, part, body).status_code == 200


# After erasure


def test_an_erased_participant_stops_nobody_elses_certificate(
    cohort: Cohort, officer: Asker, second: Asker
) -> None:
    erased(cohort.house, officer, second, cohort.people[0])
    ana, base = cohort.trainer(), f"/trainings/cohorts/{cohort.id}/issue"
    page = ana.get(base).text
    rest = CHOSEN.findall(page)
    assert set(rest) == set(cohort.people[1:]) and "Their data were erased" in page
    assert f"preview.png?person={rest[0]}" in page
    assert ana.get(f"{base}/preview.png?person={rest[0]}&issuer=Z").status_code == 200
    body = {"registrations": cohort.people, "issuer": "Udruženje"}
    refused = ana.post(f"{API}/cohorts/{cohort.id}/certificates", body, If_Match=cohort.etag)
    assert (refused.status_code, code(refused)) == (409, "name-erased")
    form = {"confirmed": "yes", "issuer": "Udruženje Z", "language": "bs"}
    again = ana.submit(
        base, person=cohort.people, seen=" ".join(cohort.people), version=cohort.version, **form
    )
    assert again.status_code == 409 and "Udruženje Z" in again.text, "nothing typed is lost"
    done = ana.submit(base, person=rest, seen=" ".join(rest), version=cohort.version, **form)
    assert done.status_code == 303 and numbers_taken(cohort.house) == 2


def test_nothing_is_replaced_once_the_name_is_erased(
    cohort: Cohort, certificate: str, officer: Asker, second: Asker
) -> None:
    erased(cohort.house, officer, second, cohort.people[0])
    refused = sends(officer, certificate, "duplicates")
    assert (refused.status_code, code(refused)) == (409, "data-erased")
    assert officer.get(f"{API}/certificates/{certificate}").json["duplicates"] == 0
    for change in ({"full_name": "Neko Drugi"}, {"place": "Niš"}):
        refused = sends(officer, certificate, "corrections", {"reason": "x", **change})
        assert (refused.status_code, code(refused)) == (409, "data-erased")
