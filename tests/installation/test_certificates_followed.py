"""What happens to certificates reaches the grants service by event within seconds.

A revocation by two people, and the recognition of one from elsewhere and its withdrawal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import pytest
from sqlalchemy import select

from services.commands.demonstration_people import PROGRAMME
from services.grants.foreign import CERTIFICATES as KNOWN
from services.grants.foreign import certificates_of, registration
from services.trainings.recognition import handling
from services.trainings.recognition.handling import Paper
from services.trainings.tables import CERTIFICATES, REGISTRATIONS
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.events.append import Context
from shared.files.attachments import Attachments
from shared.files.kinds import PDF
from tests.interface.home import Home

SECONDS_MAX: Final = 30.0
"""Promised are seconds. A loaded machine gets more."""

API: Final = "/trainings/api/v1/certificates"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home.open(tmp_path_factory.mktemp("followed"))
    yield made
    made.close()


def officer(home: Home, account: str) -> dict[str, str]:
    """A programme officer, of whom there are two."""
    grants = (RoleGrant(Role.programme_officer, PROGRAMME),)
    now = int(home.installation.services["accounts"].clock.now().timestamp())
    reader = Reader(account, f"session-{account}", account, grants, fresh_at=now)
    return {"Authorization": f"Bearer {home.signer.sign(reader)}"}


def post(home: Home, address: str, account: str, body: Any, version: int) -> int:
    """Act on a version; which one it is now."""
    headers = {**officer(home, account), "If-Match": f'"{version}"'}
    done = home.client("trainings").post(address, json=body, headers=headers)
    assert done.status_code == 200, done.text
    assert done.json is not None
    return int(done.json["version"])


def known(home: Home, certificate_id: str) -> Any:
    """What grants knows of a certificate now."""
    own = KNOWN.c.certificate_id == certificate_id
    with home.installation.services["grants"].database.reading() as connection:
        return connection.execute(select(KNOWN).where(own)).first()


def seconds_until(true: Callable[[], bool]) -> float:
    """After how many seconds it is so."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_MAX:
        if true():
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError("it did not arrive")


def test_a_revocation_by_two_people_reaches_grants_within_seconds(home: Home) -> None:
    with home.installation.services["trainings"].database.reading() as connection:
        valid = CERTIFICATES.c.state == "valid"
        row = connection.execute(select(CERTIFICATES).where(valid)).first()
    assert row is not None and known(home, row.certificate_id).revoked_on is None
    address = f"{API}/{row.certificate_id}/revocation"
    version = post(home, address, "officer-a", {"reason": "Was never there"}, row.version)
    assert known(home, row.certificate_id).revoked_on is None, "a proposal alone changes nothing"
    post(home, f"{address}/confirm", "officer-b", None, version)
    took = seconds_until(lambda: known(home, row.certificate_id).revoked_on is not None)
    assert took < SECONDS_MAX


def test_a_recognised_certificate_counts_in_grants_until_it_is_withdrawn(home: Home) -> None:
    trainings, grants = (home.installation.services[name] for name in ("trainings", "grants"))
    with trainings.database.reading() as connection:
        person = connection.execute(
            select(REGISTRATIONS).where(REGISTRATIONS.c.state == "confirmed")
        ).first()
    assert person is not None
    copy = Attachments.open(trainings).put(
        person.registration_id, "identity", b"%PDF-1.7 a paper", PDF
    )
    paper = Paper(
        issuer="Regionalna škola",
        number="12/2024",
        title="Vođenje poslova",
        kind="vocational",
        minutes=2_400,
        issued_on=date(2024, 5, 6),
    )
    context = Context(actor="officer-a", programme=person.programme, correlation="c", causation="c")
    one = trainings.transact(
        context,
        lambda work: handling.recognise(
            work,
            by="officer-a",
            registration_id=person.registration_id,
            country=person.country,
            paper=paper,
            copy=copy,
        ),
    )
    seconds_until(lambda: known(home, one) is not None)
    with grants.database.reading() as connection:
        held = registration(connection, person.registration_id)
        assert held is not None
        found = {
            row["certificate_id"]: row for row in certificates_of(connection, held["person_id"])
        }
    assert (found[one]["kind"], found[one]["recognised_from"]) == ("vocational", "Regionalna škola")
    assert found[one]["number"] == "", "no number of ours"
    address = f"/trainings/api/v1/recognitions/{one}/withdrawal"
    version = post(home, address, "officer-a", {"reason": "The school does not know it"}, 1)
    post(home, f"{address}/confirm", "officer-b", None, version)
    assert seconds_until(lambda: known(home, one).revoked_on is not None) < SECONDS_MAX
