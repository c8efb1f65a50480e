"""A participant asks on their own page that their data be erased, and may change their mind."""

from __future__ import annotations

import pytest

from shared.access.reader import Reader, RoleGrant
from shared.access.roles import Role

from .conftest import NUMBER, OTHER_PROGRAMME, PROGRAMME, Asker
from .test_erasure import API, asked, counted, purged, version
from .test_mine import asks, said

PAGE = "/trainings/mine/erase"
EVERYTHING = ["identity", "contact", "special", "financial"]


@pytest.fixture
def mira(house) -> str:
    return house.person(jmbg=NUMBER, phone="+381 60 000 0001", declared_roma="yes", consented=True)


def wished(asker: Asker, mira: str, **form) -> None:
    fields = {"registration_id": mira, "classes": EVERYTHING, "idempotency_key": "k1", **form}
    done = asker.submit(PAGE, **fields)
    assert done.status_code == 303 and done.headers["Location"] == PAGE, done.text


def test_the_page_says_what_follows_and_a_second_press_asks_once(house, officer, mira):
    own = asks(house, mira)
    assert f'href="{PAGE}"' in own.get("/trainings/mine/about").text
    page = said(own.get(PAGE))
    assert "cannot be brought back" in page and "you cannot sign in here any more" in page
    wished(own, mira)
    wished(own, mira)
    (one,) = officer.get(API).json["items"]
    assert one["by_the_person"] and one["ground"] == "request_of_the_person"
    page = said(own.get(PAGE))
    assert "Waits for a second person" in page and "Keep my data" in page
    assert "Ask that it be erased" not in page


def test_an_officer_confirms_and_the_person_sees_that_it_is_done(house, second, mira):
    own = asks(house, mira)
    wished(own, mira)
    (one,) = second.get(API).json["items"]
    address = f"{API}/{one['erasure_id']}"
    counted(house, address)
    done = second.post(f"{address}/confirm", If_Match=version(second, address))
    assert done.status_code == 200
    assert "Keep my data" not in said(own.get(PAGE))
    purged(house, address)
    assert "The number of the certificate is E-2026-" in said(own.get(PAGE))


def test_it_is_called_off_on_the_page_and_asked_again(house, officer, mira):
    own = asks(house, mira)
    wished(own, mira)
    (one,) = officer.get(API).json["items"]
    cancel = f"{PAGE}/{one['erasure_id']}/cancel"
    shown = own.get(PAGE).text.split('name="version" value="')[1].split('"')[0]
    assert own.submit(cancel, page=PAGE, version="99").status_code == 412
    done = own.submit(cancel, page=PAGE, version=shown)
    assert done.status_code == 303
    assert officer.get(f"{API}/{one['erasure_id']}").json["state"] == "cancelled"
    assert "Ask that it be erased" in said(own.get(PAGE))
    wished(own, mira, classes=["contact"], idempotency_key="k2")
    own_api = f"{API}/own/{officer.get(f'{API}?state=asked').json['items'][0]['erasure_id']}"
    seen = officer.get(own_api.replace("/own", "")).headers["ETag"]
    assert own.post(f"{own_api}/cancel", If_Match=seen).status_code == 200


def test_what_is_in_the_way_is_said_and_nothing_chosen_is_refused(house, mira):
    draft = {"application_id": "a1", "registration_id": mira}
    house.arrives("grants.application.drafted.v1", "application/a1", programme=PROGRAMME, **draft)
    own = asks(house, mira)
    assert "Your application is not decided yet" in said(own.get(PAGE))
    refused = own.submit(PAGE, registration_id=mira, classes=["identity"], idempotency_key="k1")
    assert refused.status_code == 409
    empty = own.submit(PAGE, registration_id=mira, idempotency_key="k2")
    assert empty.status_code == 422 and 'href="#classes"' in empty.text
    wished(own, mira, classes=["contact"], idempotency_key="k3")


def test_anothers_registration_and_erasure_are_as_none(house, officer, mira):
    ana = house.person(full_name="Ana Druga")
    own = asks(house, mira)
    form = {"registration_id": ana, "classes": EVERYTHING, "idempotency_key": "k1"}
    assert own.submit(PAGE, **form).status_code == 404
    address = asked(officer, ana)
    erasure_id = address.rsplit("/", 1)[1]
    assert own.submit(f"{PAGE}/{erasure_id}/cancel", page=PAGE, version="1").status_code == 404
    assert own.post(f"{API}/own/{erasure_id}/cancel", If_Match='"1"').status_code == 404
    assert "Asked for on" not in said(own.get(PAGE))
    assert officer.get(PAGE).status_code == 403
    # What an officer asked for about her is an officer's to call off.
    hers = asks(house, ana, account="ana")
    assert hers.post(f"{API}/own/{erasure_id}/cancel", If_Match='"1"').status_code == 404


def test_somebody_in_two_programmes_chooses_one(house, officer, mira):
    other = house.person(programme=OTHER_PROGRAMME, reference="B-1")
    own = asks(house, mira, other)
    page = own.get(PAGE).text
    assert page.count('type="radio"') == 2 and "B-1" in page


def test_nobody_confirms_the_erasure_of_their_own_data_in_whatever_role(house, officer, mira):
    """A second account, another role: what is one's own comes with the token."""
    wished(asks(house, mira), mira)
    (one,) = officer.get(API).json["items"]
    address = f"{API}/{one['erasure_id']}"
    counted(house, address)
    for account in ("mira", "officer-9"):
        token = house.signer.sign(
            Reader(
                account,
                f"s-{account}",
                account,
                tuple(RoleGrant(role, PROGRAMME) for role in Role),
                fresh_at=int(house.clock.now().timestamp()),
                registrations=frozenset({mira}),
            )
        )
        asker = Asker(house.app.test_client(), {"Authorization": f"Bearer {token}"})
        refused = asker.post(f"{address}/confirm", If_Match=version(officer, address))
        assert refused.status_code == 403, account
        page = address.replace("/api/v1", "")
        number = version(officer, address).strip('"')
        form = asker.submit(f"{page}/confirm", page=PAGE, version=number)
        assert form.status_code == 403, account
    assert officer.get(address).json["state"] == "asked"
