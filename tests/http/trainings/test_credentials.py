"""Credentials over HTTP: who takes one along, what anybody may fetch, where the key lies."""

from __future__ import annotations

import base64
import gzip
import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from services.commands.credentials import credentials
from services.trainings.credentials.keys import NAME, public_keys, rotate
from services.trainings.credentials.proving import multikey
from shared.access.roles import Role
from shared.settings import Settings
from tests.http.trainings.cohort_home import API, Cohort
from tests.http.trainings.conftest import OTHER_PROGRAMME, PROGRAMME, House
from tests.http.trainings.test_checking import revoke, row, supersede
from tests.http.trainings.test_erasure import erased
from tests.http.trainings.test_mine import asks

STATUS = f"/trainings/credentials/{PROGRAMME}/status/RS-2026-1-1"
ISSUER = f"/trainings/issuers/{PROGRAMME}/did.json"


@pytest.fixture
def cohort(house: House) -> Cohort:
    made = Cohort.begun(house)
    made.finished()
    made.issue()
    return made


@pytest.fixture
def certificate(cohort: Cohort) -> Any:
    return row(cohort, cohort.issue(cohort.people[0])[0])


def own(certificate: Any) -> str:
    return f"/trainings/mine/certificates/{certificate.certificate_id}/credential.json"


def theirs(certificate: Any) -> str:
    return f"/trainings/certificates/{certificate.certificate_id}/credential.json"


def set_bits(answer: Any) -> set[int]:
    """The places that are set in a list that was served."""
    packed = json.loads(answer.data)["credentialSubject"]["encodedList"][1:]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return {n for n in range(len(bits) * 8) if bits[n // 8] & 0x80 >> n % 8}


def index(answer: Any) -> int:
    return int(json.loads(answer.data)["credentialStatus"]["statusListIndex"])


def test_a_person_takes_their_own_along_and_nobody_elses(cohort: Cohort, certificate: Any) -> None:
    mira, sanja, _ = cohort.people
    page = asks(cohort.house, mira).get(own(certificate).rsplit("/", 1)[0])
    assert own(certificate) in page.text and own(certificate) + "?name=yes" in page.text
    given = asks(cohort.house, mira).get(own(certificate))
    assert given.status_code == 200 and given.headers["Cache-Control"] == "no-store"
    assert given.headers["Content-Disposition"] == 'attachment; filename="RS-2026-000001.json"'
    assert given.headers["Content-Type"] == "application/vc"
    assert "Mira" not in given.text
    assert "Mira Primer" in asks(cohort.house, mira).get(own(certificate) + "?name=yes").text
    assert asks(cohort.house, sanja).get(own(certificate)).status_code == 404
    assert cohort.house.app.test_client().get(own(certificate)).status_code == 302


def test_it_is_the_same_bytes_each_time(cohort: Cohort, certificate: Any) -> None:
    asker = asks(cohort.house, cohort.people[0])
    first = asker.get(own(certificate)).data
    cohort.house.clock.advance(timedelta(days=400))
    asker = asks(cohort.house, cohort.people[0])
    assert asker.get(own(certificate)).data == first
    assert cohort.officer().get(theirs(certificate)).data == first
    by_program = cohort.officer().get(f"{API}/certificates/{certificate.certificate_id}/credential")
    assert by_program.data == first


def test_staff_who_hand_out_take_it_and_it_is_on_record(cohort: Cohort, certificate: Any) -> None:
    assert cohort.officer().get(theirs(certificate)).status_code == 200
    exported = cohort.house.logged("trainings.access.exported.v1")[-1]
    assert exported.what == "credential"
    assert exported.subject == f"certificate/{certificate.certificate_id}"
    for role in (Role.donor, Role.finance_officer, Role.administrator):
        asker = cohort.house.as_reader(role, account="somebody")
        assert asker.get(theirs(certificate)).status_code == 403
    elsewhere = cohort.house.as_reader(Role.programme_officer, programme=OTHER_PROGRAMME)
    assert elsewhere.get(theirs(certificate)).status_code == 404
    stranger = cohort.trainer("trainer-9")
    assert stranger.get(theirs(certificate)).status_code == 404


def test_once_the_name_is_erased_there_is_none(cohort: Cohort, certificate: Any) -> None:
    before = set_bits(cohort.house.app.test_client().get(STATUS))
    erased(
        cohort.house,
        cohort.officer("officer-1"),
        cohort.officer("officer-2"),
        certificate.registration_id,
    )
    assert cohort.officer().get(theirs(certificate)).status_code == 404
    page = cohort.officer().get(theirs(certificate).rsplit("/", 1)[0])
    assert "credential.json" not in page.text
    assert set_bits(cohort.house.app.test_client().get(STATUS)) == before


# What anybody may fetch


def test_a_list_has_what_counts_no_more_and_nothing_else(cohort: Cohort, certificate: Any) -> None:
    client = cohort.house.app.test_client()
    assert set_bits(client.get(STATUS)) == set()
    first = index(cohort.officer().get(theirs(certificate)))
    newer = supersede(cohort, certificate, course_title="Own business")
    assert set_bits(client.get(STATUS)) == {first}
    second = index(cohort.officer().get(theirs(newer)))
    assert second != first
    revoke(cohort, newer)
    assert set_bits(client.get(STATUS)) == {first, second}


def test_a_list_is_kept_by_whoever_asks_as_long_as_it_says(
    cohort: Cohort, certificate: Any
) -> None:
    client = cohort.house.app.test_client()
    answer = client.get(STATUS)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/vc"
    assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(STATUS, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    document = json.loads(answer.data)
    assert document["validFrom"] == "2026-03-03T12:00:00Z"
    assert document["validUntil"] == "2026-03-04T12:00:00Z"
    revoke(cohort, certificate)
    now = client.get(STATUS, headers={"If-None-Match": answer.headers["ETag"]})
    assert now.status_code == 200 and now.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize(
    "address",
    [
        f"/trainings/credentials/{PROGRAMME}/status/RS-2026-2-1",
        f"/trainings/credentials/{PROGRAMME}/status/RS-2026-1-2",
        f"/trainings/credentials/{PROGRAMME}/status/RS-2025-1-1",
        f"/trainings/credentials/{PROGRAMME}/status/everything",
        f"/trainings/credentials/{OTHER_PROGRAMME}/status/RS-2026-1-1",
        f"/trainings/issuers/{OTHER_PROGRAMME}/did.json",
        "/trainings/issuers/none/did.json",
    ],
)
def test_lists_and_issuers_that_are_none(cohort: Cohort, address: str) -> None:
    assert cohort.house.app.test_client().get(address).status_code == 404


def test_an_issuers_document_keeps_the_keys_that_were(cohort: Cohort) -> None:
    house = cohort.house
    (first,) = public_keys(house.service.settings)
    rotate(house.service)
    second, old = public_keys(house.service.settings)
    assert old == first and second != first
    found = house.app.test_client().get(ISSUER)
    assert found.headers["Content-Type"] == "application/did+ld+json"
    assert found.json is not None
    keys = [one["publicKeyMultibase"] for one in found.json["verificationMethod"]]
    assert keys == [multikey(second), multikey(first)]
    assert found.json["id"] == f"did:web:localhost%3A8000:trainings:issuers:{PROGRAMME}"
    (changed,) = house.logged("trainings.credential_key.rotated.v1")
    assert changed.old_key != changed.new_key


def test_only_its_owner_reads_the_key(cohort: Cohort) -> None:
    folder = cohort.house.service.settings.log_key_path
    rotate(cohort.house.service)
    private = sorted(one.name for one in folder.glob(f"{NAME}*.key"))
    assert private == [f"{NAME}.key"]
    assert stat.S_IMODE((folder / f"{NAME}.key").stat().st_mode) == 0o600


def test_the_command_changes_the_key(tmp_path: Any) -> None:
    settings = Settings(home=tmp_path)
    done = CliRunner().invoke(credentials, ["rotate-key"], obj=settings)
    assert done.exit_code == 0, done.output
    lines = dict(line.split(":", 1) for line in done.output.splitlines() if ": " in line)
    assert lines["Until now"].strip() != lines["From now"].strip()
    assert len(public_keys(settings)) == 2
