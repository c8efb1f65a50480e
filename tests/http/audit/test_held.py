"""A person is given who looked at their data, on either database."""

from __future__ import annotations

import pytest

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from tests.http.audit.conftest import Office
from tests.http.audit.test_mine import ANA, MIRA, happened
from tests.privacy.held import downloaded, texts


def test_accesses_are_given_with_names_and_roles(either: Office) -> None:
    happened(either)
    reader = Reader(
        "mira",
        "s-mira",
        "Mira",
        (RoleGrant(Role.applicant, "RS-2011"),),
        fresh_at=int(either.clock.now().timestamp()),
        registrations=frozenset({MIRA}),
    )
    headers = {"Authorization": f"Bearer {either.signer.sign(reader)}"}
    client = either.app.test_client()
    client.get("/audit/mine/held", headers=headers)
    data, page = downloaded(client.get("/audit/mine/held.zip", headers=headers))
    (table,) = (one for one in data["tables"] if one["table"] == "accesses")
    assert [(row["who"], row["what"]) for row in table["rows"]] == [
        ("Jelena Stanković", "application"),
        ("Mirsad Delić", "account"),
        ("Jelena Stanković", "identity"),
    ]
    # The audit's own log says that the data left a moment ago: found in the bytes of its entries.
    assert [one["fields"]["what"] for one in data["events"]] == ["person_data", "person_data"]
    assert ANA not in texts(data) and "national_number" not in page


@pytest.mark.parametrize(("officer", "given"), [("jelena", True), ("somebody", False)])
def test_an_officer_is_given_the_accesses_of_their_own_cases(
    office: Office, officer: str, given: bool
) -> None:
    happened(office)
    office.arrives(
        "trainings.registration.confirmed.v1",
        f"registration/{MIRA}",
        actor="jelena",
        data={"registration_id": MIRA},
    )
    reader = Reader(
        officer,
        "s-officer",
        "Officer",
        (RoleGrant(Role.programme_officer, "RS-2011"),),
        fresh_at=int(office.clock.now().timestamp()),
    )
    headers = {"Authorization": f"Bearer {office.signer.sign(reader)}"}
    answer = office.app.test_client().get(f"/audit/held/{MIRA}.zip", headers=headers)
    data, page = downloaded(answer)
    assert ("Mirsad Delić" in page) is given
    assert any(one["table"] == "accesses" for one in data["tables"]) is given
