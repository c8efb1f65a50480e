"""Nobody acts on their own case: a member of staff who is a participant too leaves it to others."""

from __future__ import annotations

from typing import Any

import pytest

from shared.access.own import TOO_MANY
from shared.access.roles import Role
from shared.identifiers import derived

from . import applications_home as applications
from .applications_home import ready, submitted, version_of
from .home import PROGRAMME, Asker, House
from .ledger_home import Past, bring_past
from .payments_home import (
    API,
    OTHER_ACCOUNT,
    People,
    batch_of,
    code,
    do,
    done,
    offer,
    sign,
    signed_payment,
)

OWN = derived("registration", PROGRAMME, "A0001")
FORBIDDEN = "403 own-case"


@pytest.fixture
def people(house: House) -> People:
    return People(house)


def themself(house: House, role: Role, *own: str, account_id: str = "mira") -> Asker:
    """Somebody of staff whose own registrations these are."""
    return house.as_reader(role, account_id=account_id, own=own or (OWN,))


def test_a_controller_does_not_authorise_or_release_a_payment_to_themself(
    house: House, people: People
) -> None:
    address = f"/payments/{signed_payment(house)}"
    preparer = themself(house, Role.finance_officer)
    controller = themself(house, Role.finance_controller)
    assert code(do(preparer, address, "request")) == FORBIDDEN
    done(do(people.preparer, address, "request"))
    assert code(do(controller, address, "authorise")) == FORBIDDEN
    done(do(people.controller, address, "authorise"))
    assert code(do(controller, address, "release")) == FORBIDDEN
    assert code(do(controller, address, "hold")) == FORBIDDEN
    assert code(do(preparer, address, "cancel", {"reason": "Not needed"})) == FORBIDDEN
    done(do(people.second_controller, address, "release"))


def test_whoever_has_too_many_registrations_to_name_acts_on_nobodys(
    house: House, people: People
) -> None:
    address = f"/payments/{signed_payment(house)}"
    done(do(people.preparer, address, "request"))
    controller = themself(house, Role.finance_controller, "another", TOO_MANY)
    assert code(do(controller, address, "authorise")) == FORBIDDEN
    done(do(themself(house, Role.finance_controller, "another"), address, "authorise"))


def test_no_batch_passes_through_the_hands_of_one_of_its_payees(
    house: House, people: People
) -> None:
    payments = [signed_payment(house, number) for number in ("A0002", "A0001")]
    preparer = themself(house, Role.finance_officer)
    controller = themself(house, Role.finance_controller)
    refused = preparer.post(f"{API}/batches", {"payments": payments})
    assert code(refused) == FORBIDDEN
    address = f"/batches/{batch_of(people, *payments)}"
    assert code(do(controller, address, "authorise")) == FORBIDDEN
    done(do(people.controller, address, "authorise"))
    assert code(do(controller, address, "release")) == FORBIDDEN
    rebuild = {"without": payments[:1], "reason": "A mistake"}
    assert code(do(preparer, address, "rebuild", rebuild)) == FORBIDDEN
    assert code(do(preparer, address, "dissolve", {"reason": "A mistake"})) == FORBIDDEN
    done(do(people.second_controller, address, "release"))
    assert code(do(preparer, address, "export")) == FORBIDDEN
    done(do(people.preparer, address, "export"))


def test_holding_anothers_payment_leaves_ones_own_in_the_batch_to_others(
    house: House, people: People
) -> None:
    own, other = (signed_payment(house, number) for number in ("A0001", "A0002"))
    batch = f"/batches/{batch_of(people, own, other)}"
    done(do(people.controller, batch, "authorise"))
    done(do(themself(house, Role.finance_controller), f"/payments/{other}", "hold"))
    assert people.controller.get(f"{API}{batch}").json["count"] == 1


def test_an_officer_neither_changes_nor_confirms_the_account_of_their_own_award(
    house: House, people: People
) -> None:
    award_id = offer(house)
    address = f"/awards/{award_id}"
    officer = themself(house, Role.programme_officer)
    controller = themself(house, Role.finance_controller)
    facts = {"full_name": "M P", "account_number": OTHER_ACCOUNT, "agreement_no": "U-1"}
    assert code(do(officer, address, "sign", facts)) == FORBIDDEN
    sign(people, award_id)
    changed = {"account_number": OTHER_ACCOUNT}
    assert code(do(officer, address, "account", changed)) == FORBIDDEN
    done(do(people.officer, address, "account", changed))
    assert code(do(controller, address, "account/confirm")) == FORBIDDEN
    schedule = f"{address}/tranches/1"
    assert code(do(themself(house, Role.finance_officer), schedule, "schedule")) == FORBIDDEN


def test_an_officer_does_not_check_or_override_their_own_application(house: House) -> None:
    call_id, mira = ready(house)
    officer = themself(house, Role.programme_officer, mira)
    content = {"call_id": call_id, "registration_id": mira, **applications.CONTENT}
    assert code(officer.post(applications.API, content)) == FORBIDDEN

    application_id = submitted(house, call_id, mira)
    address = f"{applications.API}/{application_id}"

    def act(verb: str, body: Any = None) -> str:
        return code(
            officer.post(f"{address}/{verb}", body, If_Match=version_of(house, application_id))
        )

    assert act("check") == FORBIDDEN
    assert act("return", {"note": "The rent"}) == FORBIDDEN
    assert act("withdraw") == FORBIDDEN
    assert act("override", {"reason": "A good case"}) == FORBIDDEN
    assert act("override/confirm") == FORBIDDEN


def test_nobody_plans_makes_or_accepts_a_visit_to_themself(house: House) -> None:
    past: Past = bring_past(house)
    own = derived("registration", PROGRAMME, "1")
    house.staff("mira", "Mira Primer", Role.field_officer)
    officer = themself(house, Role.programme_officer, own)
    planned = {"award_id": past.awards["A0001"], "month": 4}
    assert code(officer.post(f"{API}/visits", planned)) == FORBIDDEN
    other = house.as_reader(Role.programme_officer, account_id="o1")
    visit_id = other.post(f"{API}/visits", planned).json["id"]
    answer = officer.post(f"{API}/visits/{visit_id}/accept", If_Match='"1"')
    assert code(answer) == FORBIDDEN
