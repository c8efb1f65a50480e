"""A verifier that nobody here wrote accepts our credentials, and only as long as they stand."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from services.trainings.credentials.contexts import CONTEXTS, context
from services.trainings.credentials.keys import rotate
from services.trainings.tables import CERTIFICATES
from shared.access.roles import Role
from tests.credentials.verifier import contexts, verify
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import PROGRAMME
from tests.http.trainings.test_checking import revoke, supersede


def certificates(cohort: Cohort) -> list[Any]:
    with cohort.house.service.database.reading() as connection:
        found = connection.execute(CERTIFICATES.select().order_by(CERTIFICATES.c.number)).all()
    return list(found)


def taken(cohort: Cohort, certificate: Any, *, named: bool = False) -> dict[str, Any]:
    """The credential as staff hand it out."""
    one = certificate.certificate_id
    address = f"/trainings/certificates/{one}/credential.json" + ("?name=yes" if named else "")
    answer = cohort.officer().get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/vc"
    found: dict[str, Any] = json.loads(answer.data)
    return found


def changed(credential: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    """A copy with another value at one place."""
    copied = copy.deepcopy(credential)
    part: Any = copied
    for step in path[:-1]:
        part = part[step]
    assert part[path[-1]] != to
    part[path[-1]] = to
    return copied


def test_it_verifies_and_its_status_is_looked_up_at_the_service(cohort: Cohort) -> None:
    first, second, _ = certificates(cohort)
    for found in verify([taken(cohort, first), taken(cohort, second, named=True)]):
        assert found["verified"] and not found["revoked"], found
        places = [one.rsplit("/trainings/", 1)[1] for one in found["fetched"]]
        assert set(places) == {
            f"issuers/{PROGRAMME}/did.json",
            f"credentials/{PROGRAMME}/status/RS-2026-1-1",
        }


def test_whatever_is_changed_breaks_it(cohort: Cohort) -> None:
    first, second, _ = certificates(cohort)
    credential, other = taken(cohort, first), taken(cohort, second)
    subject = credential["credentialSubject"]
    value = credential["proof"]["proofValue"]
    forged = {
        "course": changed(credential, "name", to="Another course"),
        "number": changed(credential, "credentialSubject", "licenseNumber", to="RS-2026-000009"),
        "hours": changed(
            credential,
            *("credentialSubject", "achievement", "criteria", "narrative"),
            to=subject["achievement"]["criteria"]["narrative"].replace("12", "99"),
        ),
        "whose": changed(
            credential,
            *("credentialSubject", "identifier", 0, "identityHash"),
            to=other["credentialSubject"]["identifier"][0]["identityHash"],
        ),
        "day": changed(credential, "validFrom", to="2025-03-03T00:00:00+01:00"),
        "issuer's name": changed(credential, "issuer", "name", to="Somebody"),
        "another's bit": changed(
            credential,
            *("credentialStatus", "statusListIndex"),
            to=other["credentialStatus"]["statusListIndex"],
        ),
        "another's proof": {**credential, "proof": other["proof"]},
        "one letter of the proof": changed(
            credential, "proof", "proofValue", to=value[:-1] + ("2" if value[-1] != "2" else "3")
        ),
        "moment of the proof": changed(credential, "proof", "created", to="2026-03-04T12:00:00Z"),
        "a key that is none": changed(
            credential,
            *("proof", "verificationMethod"),
            to=credential["issuer"]["id"] + "#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        ),
        "more than was signed": {**credential, "description": "Master of everything"},
        "without its status": {n: v for n, v in credential.items() if n != "credentialStatus"},
    }
    good, *found = verify([credential, *forged.values()])
    assert good["verified"], good
    accepted = [what for what, one in zip(forged, found, strict=True) if one["verified"]]
    assert accepted == []


def test_revoked_is_seen_at_once_and_so_is_a_newer_version(cohort: Cohort) -> None:
    first, second, third = certificates(cohort)
    credentials = [taken(cohort, one) for one in (first, second, third)]
    assert [one["revoked"] for one in verify(credentials)] == [False, False, False]
    revoke(cohort, first)
    newer = supersede(cohort, second, course_title="Own business")
    again = taken(cohort, newer)
    found = verify([*credentials, again])
    assert [one["proven"] for one in found] == [True] * 4
    assert [one["revoked"] for one in found] == [True, True, False, False]
    refused = cohort.officer().get(
        f"/trainings/certificates/{first.certificate_id}/credential.json"
    )
    assert refused.status_code == 409


def test_what_an_earlier_key_signed_still_verifies(cohort: Cohort) -> None:
    first, second, _ = certificates(cohort)
    before = taken(cohort, first)
    old, new = rotate(cohort.house.service)
    assert old != new
    after = taken(cohort, second)
    methods = {one["proof"]["verificationMethod"] for one in (before, after)}
    assert len(methods) == 2
    found = verify([before, after])
    assert [one["verified"] for one in found] == [True, True], found
    again = taken(cohort, first)
    assert {**again, "proof": None} == {**before, "proof": None}
    assert again["proof"] != before["proof"]


def test_our_contexts_are_those_of_npm() -> None:
    theirs = contexts()
    for address in CONTEXTS:
        assert context(address) == theirs[address], address


@pytest.mark.parametrize("role", [Role.applicant, Role.trainer, Role.donor])
def test_nobody_else_takes_it(cohort: Cohort, role: Role) -> None:
    first = certificates(cohort)[0]
    asker = cohort.house.as_reader(role, account="somebody-else")
    answer = asker.get(f"/trainings/certificates/{first.certificate_id}/credential.json")
    assert answer.status_code in (403, 404)
