"""An administrator finds, stops and closes an applicant's account by name and standing alone."""

from __future__ import annotations

import pytest

from services.accounts.applicants import signing_in as applicants
from tests.http.accounts.applicant import account_of, person_of
from tests.http.accounts.conftest import House, hidden
from tests.http.accounts.registered import asks, registers, signed_in, types_code

PHONE = "+381601234567"
EMAIL = "mira@example.org"
LIST = "/accounts/staff?kind=applicant"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "ANSWERED_AFTER_SECONDS", 0)


def test_applicants_are_listed_and_found_by_name_and_standing_alone(house: House) -> None:
    registers(house, "Mira Đorđević", phone=PHONE, email=EMAIL)
    registers(house, "Ana Primer", phone="+381611111111")
    signed_in(house, PHONE)
    signed_in(house, "+381611111111")
    administrator = house.signed_in("administrator")
    listed = administrator.get(LIST).text
    assert "Mira Đorđević" in listed and "Ana Primer" in listed and "Active" in listed
    for typed in ("djordjev", "060 123 4567", EMAIL):
        found = administrator.submit(
            "/accounts/staff/search", LIST, name=typed, kind="applicant"
        ).text
        assert "Mira Đorđević" in found and "Ana Primer" not in found
    main = listed.split("<main", 1)[1]
    assert PHONE not in main and EMAIL not in main and "RS-2011" not in main
    assert "Vesna Ilić" not in main
    assert "Mira Đorđević" not in administrator.get("/accounts/staff").text


def test_only_who_sees_every_account_sees_applicants(house: House) -> None:
    registers(house, phone=PHONE)
    signed_in(house, PHONE)
    auditor = house.signed_in("auditor")
    assert auditor.get(LIST).status_code == 403
    trainer = house.program("trainer")
    assert trainer.get("/staff?kind=applicant").status_code == 403
    found = house.program("administrator").get("/staff?kind=applicant").json["items"]
    assert [(one["display_name"], one["email"], one["roles"]) for one in found] == [
        ("Mira Primer", None, [])
    ]


def test_an_administrator_stops_and_closes_an_applicants_account(house: House) -> None:
    mira = registers(house, phone=PHONE, email=EMAIL)
    browser = signed_in(house, PHONE)
    administrator = house.signed_in("administrator")
    page = f"/accounts/staff/{account_of(person_of(mira))}"
    shown = administrator.get(page).text
    assert "Mira Primer" in shown and "An applicant, who signs in by a code" in shown
    main = shown.split("<main", 1)[1]
    assert not [one for one in (PHONE, EMAIL, "Grant a role", "Lost password") if one in main]
    form = {"version": hidden(shown, "version"), "reason": "The phone is lost"}
    assert administrator.submit(f"{page}/suspend", page, **form).status_code == 303
    assert browser.get("/accounts/me").status_code == 302
    asking, code = asks(house, PHONE)
    assert types_code(asking, code).status_code == 409
    closing = administrator.get(f"{page}/close")
    assert closing.status_code == 200
    form = {"version": hidden(closing.text, "version")}
    assert administrator.submit(f"{page}/close", f"{page}/close", **form).status_code == 303
    assert "Closed" in administrator.get(page).text
