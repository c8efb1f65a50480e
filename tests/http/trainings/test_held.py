"""A person is given everything that trainings holds about them, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.trainings.people import handling as people
from services.trainings.people import merging
from services.trainings.people.handling import Contact, Identity
from services.trainings.people.views import record
from shared.access.masking import masked_number
from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role
from shared.identifiers import derived
from shared.privacy.keyring import KeyName
from tests.http.trainings.cohort_home import Cohort
from tests.http.trainings.conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME, Asker, House
from tests.privacy.held import downloaded, personal, texts


def asks(
    house: House,
    *registrations: str,
    role: Role = Role.applicant,
    programme: str = PROGRAMME,
    fresh: bool = True,
) -> Asker:
    fresh_at = int(house.clock.now().timestamp()) if fresh else None
    reader = Reader(
        "asker",
        "s-asker",
        "Asker",
        (RoleGrant(role, programme),),
        fresh_at=fresh_at,
        registrations=frozenset(registrations),
    )
    token = house.signer.sign(reader)
    return Asker(house.app.test_client(), {"Authorization": f"Bearer {token}"})


@pytest.fixture
def mira(house: House) -> str:
    """Somebody of whom everything is written down, among others of whom it is too."""
    cohort = Cohort.begun(house)
    cohort.finished(passing=2)
    cohort.issue(*cohort.people[:2])
    mira, sanja, _ = cohort.people
    for one, name, number in ((mira, "Mira", NUMBER), (sanja, "Sanja", "0202990715008")):

        def change(work: Any, one: str = one, name: str = name, number: str = number) -> None:
            identity = Identity(
                full_name=f"{name} Novoprimerska",
                birth_date="1991-02-03",
                sex="F",
                jmbg=number,
                reason=f"{name} said so",
            )
            contact = Contact(
                country="RS",
                municipality="Topola",
                phone=f"+381 60 {number[:7]}",
                email=f"{name.lower()}@example.org",
            )
            people.correct(work, by="officer-1", registration_id=one, identity=identity)
            people.change_contact(work, by="officer-1", registration_id=one, contact=contact)
            people.declare(
                work,
                by="officer-1",
                registration_id=one,
                country="RS",
                consented=True,
                declared_roma="yes" if one == mira else "no",
            )

        house.act(change)

    def decide(work: Any) -> None:
        merging.decide_duplicate(
            work,
            by="officer-2",
            registration_id=sanja,
            other_id=mira,
            same=False,
            reason="Sisters, says Sanja",
        )

    house.act(decide)
    return mira


def test_every_personal_field_is_given_and_nobody_elses(house: House, mira: str) -> None:
    data, page = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    mine, others = personal(house.service, mira)
    assert {"Mira Novoprimerska", NUMBER, "mira@example.org", "Mira said so", "yes"} <= mine
    given = texts(data)
    assert mine <= given
    assert not {text for text in others if text in given and len(text) > 3}
    for text in mine:
        assert text in page.replace("&#39;", "'")
    assert "Sanja" not in page and "Sanja" not in str(data)


def test_an_event_about_many_gives_the_own_part_alone(house: House, mira: str) -> None:
    data, _ = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    everybody = [row for row in personal_ids(house) if row != mira]
    assert len(everybody) == 2
    assert not [one for one in everybody if one in str(data)]


def personal_ids(house: House) -> list[str]:
    with house.service.database.reading() as connection:
        from services.trainings.tables import REGISTRATIONS

        return list(connection.execute(REGISTRATIONS.select()).scalars())


def test_everything_is_explained_in_words(house: House, mira: str) -> None:
    data, page = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    assert data["explained"]["birth_date"] == "Birth date"
    assert not [name for name, words in data["explained"].items() if name == words]
    assert "Birth date" in page and "A person was registered." in page


def test_what_was_erased_is_absent(house: House, mira: str) -> None:
    house.service.keyring.destroy([KeyName(mira, "identity"), KeyName(mira, "contact")])
    data, page = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    registered = next(one for one in data["events"] if one["type"].endswith("registered.v1"))
    assert registered["fields"]["full_name"] is None
    assert registered["fields"]["registration_id"] == mira
    assert "Erased" not in page


def test_the_page_reads_the_same(house: House, mira: str) -> None:
    answer = asks(house, mira).get("/trainings/mine/held")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert "Mira Novoprimerska" in answer.text and "Sanja" not in answer.text


def test_it_is_on_record_as_an_export_before_it_leaves(house: House, mira: str) -> None:
    asks(house, mira).get("/trainings/mine/held.zip")
    asks(house, role=Role.programme_officer).get(f"/trainings/held/{mira}")
    exported = house.logged("trainings.access.exported.v1")
    assert [(one.what, one.subject) for one in exported] == [
        ("person_data", f"registration/{mira}")
    ] * 2


def test_an_officer_needs_a_fresh_second_factor(house: House, mira: str) -> None:
    for address in (
        f"/trainings/people/{mira}/data",
        f"/trainings/held/{mira}",
        f"/trainings/held/{mira}.zip",
    ):
        stale = asks(house, role=Role.programme_officer, fresh=False).get(address)
        assert stale.status_code == 303 and "/accounts/step-up" in stale.location
        assert asks(house, role=Role.programme_officer).get(address).status_code == 200


@pytest.fixture
def in_the_vault(house: House, mira: str) -> str:
    """What only the vault tells of her."""
    officer = house.as_reader(Role.programme_officer)
    address = f"/trainings/api/v1/people/{mira}/vulnerability"
    assert officer.post(f"{address}/take", {"reason": "nobody_had_it"}).status_code == 200
    assert officer.post(f"{address}/notes", {"note": "Sleeps at her sister's"}).status_code == 201
    assert officer.post(f"{address}/open", {"reason": "safety", "words": "Ran"}).status_code == 200
    return "Sleeps at her sister's"


def registered_by(house: House, registration_id: str) -> str:
    with house.service.database.reading() as connection:
        row = record(connection, registration_id)
    assert row is not None
    return str(row.registered_by)


def exported_by(house: House, account: str, mira: str) -> tuple[str, set[str]]:
    """The file that an officer takes out: as one text, and every text in it."""
    officer = house.as_reader(Role.programme_officer, account=account)
    data, page = downloaded(officer.get(f"/trainings/held/{mira}.zip"))
    return json.dumps(data, ensure_ascii=False) + page, texts(data)


def test_an_officer_takes_out_what_the_pages_show_them(
    house: House, mira: str, in_the_vault: str
) -> None:
    """No whole number, no origin in others' cases, of the vault that there is something."""
    whole, given = exported_by(house, "somebody-else", mira)
    assert {"Mira Novoprimerska", "mira@example.org", "Mira said so"} <= given
    assert NUMBER not in whole and in_the_vault not in whole and "safety" not in whole
    assert {masked_number(NUMBER)} <= given and "yes" not in given
    told = [name for name in ("roma_declared", '"consent_on"', '"ethnicity"') if name in whole]
    assert not told
    assert "note_written" in whole


def test_an_officer_takes_out_their_own_as_that_of_anybody(
    house: House, mira: str, in_the_vault: str
) -> None:
    """What comes with a token of staff says whom they may not decide about, not what they see."""
    for own in (mira, "*"):
        officer = asks(house, own, role=Role.programme_officer)
        data, page = downloaded(officer.get(f"/trainings/held/{mira}.zip"))
        assert [one for one in (NUMBER, in_the_vault) if one in str(data) + page] == []
    assert asks(house, "*").get("/trainings/mine/held").status_code == 200
    data, _ = downloaded(asks(house, "*").get("/trainings/mine/held.zip"))
    assert (data["tables"], data["events"]) == ([], [])


def test_the_own_officer_takes_out_the_origin_while_the_consent_stands(
    house: House, mira: str, in_the_vault: str
) -> None:
    officer = registered_by(house, mira)
    whole, given = exported_by(house, officer, mira)
    assert "yes" in given and "roma_declared" in whole
    assert in_the_vault not in whole and NUMBER not in whole

    def withdraw(work: Any) -> None:
        people.withdraw(work, by=officer, registration_id=mira, country="RS", purpose="ethnicity")

    house.act(withdraw)
    whole, given = exported_by(house, officer, mira)
    assert "yes" not in given and "roma_declared" not in whole
    mine, _ = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    assert "yes" in texts(mine)


def test_the_person_is_given_what_the_vault_holds(
    house: House, mira: str, in_the_vault: str
) -> None:
    data, _ = downloaded(asks(house, mira).get("/trainings/mine/held.zip"))
    assert {in_the_vault, NUMBER} <= texts(data)


def test_of_another_programme_is_as_one_that_never_was(house: House, mira: str) -> None:
    elsewhere = asks(house, role=Role.programme_officer, programme=OTHER_PROGRAMME)
    for wanted in (mira, derived("registration", "none"), "nonsense"):
        assert elsewhere.get(f"/trainings/held/{wanted}").status_code == 404
        assert elsewhere.get(f"/trainings/held/{wanted}.zip").status_code == 404
        assert elsewhere.get(f"/trainings/people/{wanted}/data").status_code == 404
    assert house.logged("trainings.access.exported.v1") == []


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.programme_officer}))
def test_nobody_else_takes_a_persons_data_out(house: House, mira: str, role: Role) -> None:
    asker = asks(house, mira, role=role)
    assert asker.get(f"/trainings/held/{mira}").status_code == 403
    assert asker.get(f"/trainings/people/{mira}/data").status_code == 403


def test_the_parts_of_every_service_are_listed(house: House, mira: str) -> None:
    own = asks(house, mira).get("/trainings/mine/data").text
    theirs = asks(house, role=Role.programme_officer).get(f"/trainings/people/{mira}/data").text
    for service in ("accounts", "audit", "grants", "notifications", "trainings"):
        assert f'href="/{service}/mine/held"' in own
        assert f'href="/{service}/held/{mira}.zip"' in theirs


def test_whoever_has_no_registration_is_given_nothing(house: House, mira: str) -> None:
    data, _ = downloaded(asks(house).get("/trainings/mine/held.zip"))
    assert (data["tables"], data["events"]) == ([], [])
