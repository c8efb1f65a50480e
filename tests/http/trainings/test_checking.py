"""Anybody checks a certificate by number and code: what they learn, and what nobody learns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.trainings.certificates import handling
from services.trainings.certificates.handling import Content
from services.trainings.certificates.views import spaced_code
from services.trainings.tables import CERTIFICATES
from services.trainings.verification.addresses import verification_address
from services.trainings.verification.limits import RATES
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import House
from tests.http.trainings.test_erasure import erased

CHECK = "/trainings/check"
API_CHECK = "/trainings/api/v1/check"
ISSUER = "Udruženje Primer"


@pytest.fixture
def cohort(house: House) -> Cohort:
    made = Cohort.begun(house)
    made.finished()
    return made


@pytest.fixture
def certificate(cohort: Cohort) -> Any:
    """The row of a certificate of Mira Primer, with its code."""
    return row(cohort, cohort.issue(cohort.people[0])[0])


def row(cohort: Cohort, certificate_id: str) -> Any:
    with cohort.house.service.database.reading() as connection:
        query = CERTIFICATES.select().where(CERTIFICATES.c.certificate_id == certificate_id)
        return connection.execute(query).one()


def asks(house: House, number: str, code: str, name: str = "", **environ: Any) -> Any:
    """What a program is answered."""
    body = {"number": number, "code": code, "name": name}
    return house.app.test_client().post(API_CHECK, json=body, environ_overrides=environ)


def sends(client: FlaskClient, **fields: str) -> Any:
    """The form, as a browser sends it."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(CHECK).text)[0]
    return client.post(CHECK, data={"csrf_token": token, **fields})


def supersede(cohort: Cohort, certificate: Any, **changed: Any) -> Any:
    """The certificate with a corrected content."""
    content = Content(
        **{
            "full_name": certificate.full_name,
            "course_title": certificate.course_title,
            "minutes": certificate.minutes,
            "session_dates": tuple(handling.days_of(certificate)),
            "place": certificate.place,
            "trainer": certificate.trainer,
            **changed,
        }
    )
    cohort.house.act(
        lambda work: handling.supersede(
            work, by="officer-1", row=certificate, content=content, reason="A letter was wrong."
        )
    )
    return row(cohort, certificate.certificate_id)


def revoke(cohort: Cohort, certificate: Any) -> None:
    one = certificate.certificate_id
    cohort.house.act(
        lambda work: handling.propose_revocation(
            work, by="officer-1", certificate_id=one, reason="Not theirs."
        )
    )
    cohort.house.act(
        lambda work: handling.revoke(work, by="officer-2", certificate_id=one, country="RS"),
        by="officer-2",
    )


def test_a_program_learns_what_the_document_says_and_no_name(
    cohort: Cohort, certificate: Any
) -> None:
    answer = asks(cohort.house, certificate.number, certificate.code)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "number": "RS-2026-000001",
        "state": "valid",
        "version": 1,
        "current_version": 1,
        "course_title": "Starting a small business",
        "minutes": certificate.minutes,
        "session_dates": ["2026-03-02", "2026-03-03"],
        "issued_on": "2026-03-03",
        "issuer": ISSUER,
        "place": "Kragujevac",
        "country": "RS",
        "duplicates": 0,
        "replaced_on": None,
        "corrected_on": None,
        "revoked_on": None,
        "checked_at": "2026-03-03T12:00:00+00:00",
        "name": None,
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Mira Primer", "confirmed"),
        ("primer MIRA", "confirmed"),
        ("Мира  Пример", "confirmed"),
        ("Mira", "not_confirmed"),
        ("Mira Primer Primer", "not_confirmed"),
        ("Sanja Uzorak", "not_confirmed"),
        ("%", "not_confirmed"),
    ],
)
def test_a_name_is_confirmed_or_not(
    cohort: Cohort, certificate: Any, typed: str, said: str
) -> None:
    answer = asks(cohort.house, certificate.number, certificate.code, typed)
    assert (answer.status_code, answer.json["name"]) == (200, said)
    assert "Primer" not in answer.text.replace(ISSUER, "").replace("Udru\\u017eenje Primer", "")


def test_names_cannot_be_tried_out(cohort: Cohort, certificate: Any) -> None:
    most = RATES["name/certificate"].at_once
    for n in range(most):
        wrong = asks(cohort.house, certificate.number, certificate.code, f"Ana Proba {n}")
        assert wrong.json["name"] == "not_confirmed"
    refused = asks(cohort.house, certificate.number, certificate.code, "Mira Primer")
    assert (refused.status_code, refused.json["type"]) == (429, "/problems/too-many-tries")
    assert int(refused.headers["Retry-After"]) == RATES["name/certificate"].refill.total_seconds()
    # Without a name it is still told, and on the page beside the refusal.
    assert asks(cohort.house, certificate.number, certificate.code).status_code == 200
    page = sends(
        cohort.house.app.test_client(),
        number=certificate.number,
        code=certificate.code,
        name="Mira Primer",
    )
    assert "This certificate is valid" in page.text and "Too many tries" in page.text
    cohort.house.clock.advance(RATES["name/certificate"].span)
    again = asks(cohort.house, certificate.number, certificate.code, "Mira Primer")
    assert again.json["name"] == "confirmed"


def test_an_older_document_is_told_to_be_older(cohort: Cohort, certificate: Any) -> None:
    cohort.renamed("Mira Primjer")
    newer = supersede(cohort, certificate, full_name="Mira Primjer", course_title="Own business")
    old = asks(cohort.house, certificate.number, certificate.code, "Mira Primer").json
    assert (old["state"], old["version"], old["current_version"]) == ("superseded", 1, 2)
    assert (old["course_title"], old["replaced_on"]) == ("Starting a small business", "2026-03-03")
    assert old["name"] == "confirmed"
    new = asks(cohort.house, newer.number, newer.code, "Mira Primjer").json
    assert (new["state"], new["version"], new["course_title"]) == ("valid", 2, "Own business")
    assert new["name"] == "confirmed"
    assert (old["corrected_on"], new["corrected_on"]) == (None, "2026-03-03")


def test_a_proposal_is_nobodys_business_and_a_revocation_is(
    cohort: Cohort, certificate: Any
) -> None:
    one = certificate.certificate_id
    before = asks(cohort.house, certificate.number, certificate.code).json
    cohort.house.act(
        lambda work: handling.propose_revocation(
            work, by="officer-1", certificate_id=one, reason="Not theirs."
        )
    )
    assert asks(cohort.house, certificate.number, certificate.code).json == before
    cohort.house.act(
        lambda work: handling.revoke(work, by="officer-2", certificate_id=one, country="RS"),
        by="officer-2",
    )
    after = asks(cohort.house, certificate.number, certificate.code).json
    assert (after["state"], after["revoked_on"]) == ("revoked", "2026-03-03")
    assert "Not theirs" not in str(after)


def test_a_duplicate_is_told(cohort: Cohort, certificate: Any) -> None:
    cohort.house.act(lambda work: handling.duplicate(work, by="officer-1", row=certificate))
    answer = asks(cohort.house, certificate.number, certificate.code).json
    assert (answer["state"], answer["duplicates"]) == ("valid", 1)


def test_after_erasure_all_but_the_name_stays(cohort: Cohort, certificate: Any) -> None:
    house = cohort.house
    before = asks(house, certificate.number, certificate.code).json
    first, second = cohort.officer("officer-1"), cohort.officer("officer-2")
    erased(house, first, second, certificate.registration_id)
    after = asks(house, certificate.number, certificate.code, "Mira Primer").json
    assert after == {**before, "name": "not_confirmable"}
    page = sends(
        house.app.test_client(), number=certificate.number, code=certificate.code, name="Mira"
    )
    assert "cannot be confirmed any more" in page.text


# The page


def test_the_page_needs_no_sign_in_and_says_it_in_words(cohort: Cohort, certificate: Any) -> None:
    client = cohort.house.app.test_client()
    page = sends(
        client, number=certificate.number, code=spaced_code(certificate.code), name="mira primer"
    )
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    for words in (
        "This certificate is valid",
        "RS-2026-000001",
        "Starting a small business",
        ISSUER,
        "This is the name on the certificate.",
        "Checked",
    ):
        assert words in page.text
    assert "Mira Primer" not in page.text


def test_all_that_is_printed_may_be_pasted(cohort: Cohort, certificate: Any) -> None:
    text = f"Потврда бр. {certificate.number}\nКод: {spaced_code(certificate.code).upper()}"
    for fields in ({"text": text}, {"number": text}, {"number": certificate.number, "code": text}):
        page = sends(cohort.house.app.test_client(), **fields)
        assert "This certificate is valid" in page.text, fields


def test_the_address_of_the_qr_code_brings_the_number_and_never_the_code(
    cohort: Cohort, certificate: Any
) -> None:
    found = verification_address("http://localhost", certificate.number, certificate.code)
    sent, _, kept = found.partition("#")
    assert kept == certificate.code and certificate.code not in sent
    page = cohort.house.app.test_client().get(sent.removeprefix("http://localhost"))
    assert f'value="{certificate.number}"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Type the number as it is printed."),
        ({"number": "RS-2026-000001"}, "Type the code as it is printed."),
        ({"number": "first", "code": "a1b2-c3d4-e5f6"}, "Type the number as it is printed."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    house: House, fields: dict[str, str], said: str
) -> None:
    page = sends(house.app.test_client(), name="Mira", **fields)
    assert page.status_code == 422 and said in page.text
    for typed in ("Mira", *(v for n, v in fields.items() if n == "number")):
        assert f'value="{typed}"' in page.text


@pytest.mark.parametrize("language", ["en", "sr-Latn", "sr-Cyrl", "bs", "rom"])
def test_the_page_speaks_every_language(house: House, language: str) -> None:
    answer = house.app.test_client().get(CHECK, headers={"Accept-Language": language})
    assert answer.status_code == 200 and f'<html lang="{language}' in answer.text
    assert answer.text.count('hreflang="') == 4


def test_too_many_wrong_tries_are_slowed_down_with_the_time_to_wait(house: House) -> None:
    client = house.app.test_client()
    for _ in range(RATES["check/address"].at_once):
        assert sends(client, number="RS-2026-000001", code="0" * 12).status_code == 404
    page = sends(client, number="RS-2026-000001", code="0" * 12)
    assert page.status_code == 429 and "Too many tries" in page.text
    assert page.headers["Retry-After"] == "30"
    house.clock.advance(timedelta(seconds=30))
    assert sends(client, number="RS-2026-000001", code="0" * 12).status_code == 404
