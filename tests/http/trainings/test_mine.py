"""A participant sees their own trainings and certificates, and nobody certifies themself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.trainings.people import handling as people
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.identifiers import derived
from tests.http.trainings.cohort_home import API, TRAINER, Cohort
from tests.http.trainings.conftest import NUMBER, PROGRAMME, Asker, House


def asks(
    house: House, *registrations: str, role: Role = Role.applicant, account: str = "mira"
) -> Asker:
    """Somebody who asks with their own registrations."""
    grants = (RoleGrant(role, PROGRAMME),)
    reader = Reader(
        account, f"s-{account}", account, grants, registrations=frozenset(registrations)
    )
    token = house.signer.sign(reader)
    return Asker(house.app.test_client(), {"Authorization": f"Bearer {token}"})


def said(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_certificates_and_trainings_are_shown_with_the_code(house: House) -> None:
    cohort = Cohort.begun(house)
    cohort.finished()
    mira, sanja, _ = cohort.people
    (certificate_id, *_) = cohort.issue()
    asker = asks(house, mira)
    page = said(asker.get("/trainings/mine"))
    assert "You have 1 certificate" in page
    assert "You were there for 12 of 12 hours." in page
    one = said(asker.get(f"/trainings/mine/certificates/{certificate_id}"))
    assert "Mira Primer" in one and "Code" in one
    assert "Sanja" not in page + one
    assert sanja not in asker.get("/trainings/mine").text


def test_nothing_yet_is_said_kindly(house: House) -> None:
    asker = asks(house, house.person())
    assert "You have no certificate yet" in said(asker.get("/trainings/mine"))


def test_what_is_written_down_is_shown_with_the_number_covered(house: House) -> None:
    mira = house.person(
        jmbg=NUMBER,
        phone="+381 60 000 0001",
        email="mira@example.org",
        declared_roma="yes",
        consented=True,
    )
    page = said(asks(house, mira).get("/trainings/mine/about"))
    assert "mira@example.org" in page and "+381 60 000 0001" in page
    assert NUMBER not in page and f"•{NUMBER[-3:]}" in page
    assert "Taking part in the programme You agreed on 1 Mar 2026." in page


def test_how_it_stands_with_each_consent_is_told(house: House) -> None:
    mira = house.person(declared_roma="yes", consented=True)

    def change(work: Any) -> None:
        common: dict[str, Any] = {
            "by": "officer-1",
            "registration_id": mira,
            "country": "RS",
            "form": "paper",
        }
        people.consent(work, purpose="photos", **common)
        people.consent(work, purpose="contact_by_sms", **common)
        people.withdraw(work, purpose="contact_by_sms", **common)

    house.act(change)
    page = said(asks(house, mira).get("/trainings/mine/about"))
    for words in (
        "Own origin You agreed on 1 Mar 2026.",
        "Photos of the business You agreed on 1 Mar 2026.",
        "Text messages You did not agree, or took it back on 1 Mar 2026.",
        "Publication We did not ask you yet.",
    ):
        assert words in page


def test_anothers_certificate_is_as_one_that_never_was(house: House) -> None:
    cohort = Cohort.begun(house)
    cohort.finished()
    certificates = cohort.issue()
    other = asks(house, cohort.people[1])
    wanted = (certificates[0], derived("certificate", "none"), "nonsense")
    answers = [other.get(f"/trainings/mine/certificates/{one}") for one in wanted]
    assert {one.status_code for one in answers} == {404}
    assert other.get(f"/trainings/mine/certificates/{certificates[1]}").status_code == 200


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.applicant}))
def test_it_is_for_applicants_alone(house: House, role: Role) -> None:
    mira = house.person()
    for address in ("/trainings/mine", "/trainings/mine/about"):
        assert asks(house, mira, role=role).get(address).status_code == 403


def test_an_applicant_reaches_no_page_of_the_staff(house: House) -> None:
    mira = house.person()
    asker = asks(house, mira)
    for address in ("/trainings/people", f"/trainings/people/{mira}", "/trainings/cohorts"):
        assert asker.get(address).status_code == 403


def test_nobody_certifies_themself(house: House) -> None:
    cohort = Cohort.begun(house)
    cohort.finished()
    mira, sanja, _ = cohort.people
    trainer = asks(house, mira, role=Role.trainer, account=TRAINER)
    path = f"{API}/cohorts/{cohort.id}/certificates"
    body = {"registrations": [mira], "issuer": "Udruženje Primer"}
    answer = trainer.post(path, body, If_Match=cohort.etag)
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/own-certificate")
    answer = trainer.post(path, body | {"registrations": [sanja]}, If_Match=cohort.etag)
    assert answer.status_code == 201
