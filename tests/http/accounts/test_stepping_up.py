"""What needs a second factor that was just proved: the form is kept, the way back is our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from services.accounts.sessions.signing_in import EXTENSION
from shared.access.roles import Role
from shared.access.tokens import LIFETIME
from shared.web.freshness import FRESH_SECONDS, is_fresh

from .conftest import API, PROGRAMME, STEP_UP, hidden
from .factors import APP, begin, enrolled, hidden_fields, send_code

FRESH = timedelta(seconds=FRESH_SECONDS)


def form_of(browser, account_id, **changed):
    """What the page of an account sends to grant a role, with its hidden fields."""
    page = browser.get(f"/accounts/staff/{account_id}").text
    form = page.split(f'action="/accounts/staff/{account_id}/roles"', 1)[1].split("</form>", 1)[0]
    names = ("csrf_token", "version", "idempotency_key")
    sent = {name: hidden(form, name) for name in names}
    return sent | {"role": "field_officer", "programme": PROGRAMME, "region": ""} | changed


def roles(house, account_id):
    desk = house.app.extensions[EXTENSION]
    return {grant.role for grant in desk.reader(account_id, "s").roles}


def test_a_form_that_needs_it_arrives_whole_after_the_code(plain_house):
    boss = enrolled(plain_house, "administrator")
    plain_house.clock.advance(FRESH)
    browser = boss.asked()
    # Signed in with the code long ago.
    send_code(browser, boss.code())
    plain_house.clock.advance(FRESH)
    browser.get(browser.get("/accounts/").location)
    trainer = plain_house.person("trainer").account_id
    address = f"/accounts/staff/{trainer}/roles"
    form = form_of(browser, trainer, region="Bešlić & Söhne <„Novi Sad“>\r\nline two")
    moved = browser.client.post(address, data=form)
    assert (moved.status_code, moved.location) == (307, f"{STEP_UP}?next={address}")
    asked = browser.client.post(moved.location, data=form)
    assert asked.status_code == 200 and "Nothing was done yet." in asked.text
    kept = hidden_fields(asked.text)
    assert {name: kept[name] for name in form if name != "csrf_token"} == {
        name: text for name, text in form.items() if name != "csrf_token"
    }
    assert roles(plain_house, trainer) == {Role.trainer}
    wrong = browser.client.post(moved.location, data={**kept, "step_up_code": "000000"})
    assert wrong.status_code == 422 and "This code is not right" in wrong.text
    assert hidden_fields(wrong.text)["idempotency_key"] == form["idempotency_key"]
    sent = {**kept, "step_up_code": boss.code()}
    proved = browser.client.post(moved.location, data=sent)
    assert (proved.status_code, proved.location) == (307, address)
    # The browser sends everything again, the code too, which nobody looks at any more.
    done = browser.client.post(address, data=sent)
    assert done.status_code == 422 and "can be for a part of the programme" not in done.text
    assert "printable" in done.text, "the region arrived as it was typed"
    sent["region"] = ""
    assert browser.client.post(address, data=sent).status_code == 303
    assert roles(plain_house, trainer) == {Role.trainer, Role.field_officer}


def test_a_second_click_after_stepping_up_is_the_same_request(house):
    browser = house.signed_in("administrator", fresh=False)
    trainer = house.person("trainer").account_id
    address, form = f"/accounts/staff/{trainer}/roles", form_of(browser, trainer)
    kept = hidden_fields(browser.client.post(f"{STEP_UP}?next={address}", data=form).text)
    sent = {**kept, "step_up_demonstration": "1"}
    answers = [
        browser.client.post(f"{STEP_UP}?next={address}", data=sent, follow_redirects=False)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [307, 307]
    first = browser.client.post(address, data=sent)
    again = browser.client.post(address, data={**form, "csrf_token": sent["csrf_token"]})
    assert (first.status_code, again.status_code) == (303, 303)


def test_freshness_ends_after_ten_minutes_and_lives_through_renewals(plain_house):
    boss = enrolled(plain_house, "administrator")
    address = f"/accounts/staff/{plain_house.person('trainer').account_id}/factors/reset"
    plain_house.clock.advance(timedelta(minutes=5))
    token = boss.browser.cookie()
    renewed = plain_house.app.extensions[EXTENSION].renewed(token)
    assert renewed is not None and renewed.fresh_at is not None
    assert boss.browser.get(address).status_code == 200
    plain_house.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))
    assert boss.browser.get(address).status_code == 200
    plain_house.clock.advance(timedelta(seconds=1))
    renewal = boss.browser.get(address)
    assert renewal.location.startswith("/accounts/sign-in?next="), "the token ran out with it"
    boss.browser.get(renewal.location)
    asked = boss.browser.get(address)
    assert (asked.status_code, asked.location) == (303, f"{STEP_UP}?next={address}")
    page = boss.browser.get(asked.location)
    done = boss.browser.submit(
        asked.location,
        asked.location,
        step_up=hidden_fields(page.text)["step_up"],
        step_up_code=boss.code(),
    )
    assert (done.status_code, done.location) == (303, address)
    assert boss.browser.get(address).status_code == 200


def test_the_session_stays_the_same_and_its_token_is_new(plain_house):
    boss = enrolled(plain_house, "administrator")
    browser = boss.asked()
    send_code(browser, boss.next_code())
    me = browser.get(f"{API}/me").json["session_id"]
    before = browser.cookie()
    plain_house.clock.advance(LIFETIME - timedelta(seconds=20))
    send = {"step_up": "page", "step_up_code": boss.code()}
    assert browser.submit(STEP_UP, STEP_UP, **send).status_code == 303
    assert browser.cookie() != before
    assert browser.get(f"{API}/me").json["session_id"] == me


@pytest.mark.parametrize(
    "evil",
    ["//evil.example/", "https://evil.example/", "/\\evil.example/", "javascript:alert(1)"],
)
def test_stepping_up_leads_to_no_other_site(house, evil):
    browser = house.signed_in("administrator", fresh=False)
    address = {"next": evil}
    page = browser.client.get(STEP_UP, query_string=address).text
    assert "evil.example" not in page.split("<main")[1].split("</main>")[0]
    sent = {"csrf_token": hidden(page, "csrf_token"), "step_up": "page"}
    done = browser.client.post(
        STEP_UP, query_string=address, data={**sent, "step_up_demonstration": "1"}
    )
    assert (done.status_code, done.location) == (303, "/accounts/")
    assert browser.client.get(STEP_UP, query_string=address).location == "/accounts/"


def test_it_does_not_lead_back_to_itself(house):
    browser = house.signed_in("administrator")
    assert browser.get(f"{STEP_UP}?next={STEP_UP}").location == "/accounts/"


def test_another_site_cannot_send_a_form_through_it(house):
    browser = house.signed_in("administrator", fresh=False)
    form = {"csrf_token": "0" * 64, "role": "trainer"}
    assert browser.client.post(f"{STEP_UP}?next=/accounts/staff", data=form).status_code == 403


def test_without_a_factor_the_page_says_how_to_get_one_and_keeps_the_form(plain_house):
    browser = plain_house.signed_in("administrator")
    trainer = plain_house.person("trainer").account_id
    address, form = f"/accounts/staff/{trainer}/roles", form_of(browser, trainer)
    asked = browser.client.post(f"{STEP_UP}?next={address}", data=form)
    assert "You have no second factor yet." in asked.text
    kept = hidden_fields(asked.text)
    assert kept["role"] == "field_officer"
    early = browser.client.post(f"{STEP_UP}?next={address}", data=kept)
    assert early.status_code == 422 and hidden_fields(early.text)["role"] == "field_officer"
    for button in ({"step_up_demonstration": "1"}, {"step_up_code": "000000"}):
        sent = browser.client.post(f"{STEP_UP}?next={address}", data={**kept, **button})
        assert sent.status_code in (404, 422)
    # In the other tab, which shares the cookies.
    other = enrolled_in(plain_house, browser, "administrator")
    assert other.status_code == 200
    moved = browser.client.post(f"{STEP_UP}?next={address}", data=kept)
    assert (moved.status_code, moved.location) == (307, address)
    assert browser.client.post(address, data=kept).status_code == 303


def enrolled_in(house, browser, role):
    code = pyotp.TOTP(begin(browser)).at(house.clock.now())
    return browser.submit(APP, APP, code=code, password_now=house.person(role).password)


def test_a_program_is_told_where_to_step_up_and_gets_a_fresh_token(plain_house):
    boss = enrolled(plain_house, "administrator")
    client, person = plain_house.another_process(), boss.persona
    body = {"account": person.email, "password": person.password, "code": boss.next_code()}
    token = client.post(f"{API}/tokens", json=body).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    trainer = plain_house.person("trainer").account_id
    tag = client.get(f"{API}/staff/{trainer}", headers=headers).headers["ETag"]
    plain_house.clock.advance(FRESH - timedelta(seconds=1))
    desk = plain_house.app.extensions[EXTENSION]
    headers = {"Authorization": f"Bearer {desk.token(desk.renewed(token))}"}
    plain_house.clock.advance(timedelta(seconds=1))

    def grant(headers):
        role = {"role": "field_officer", "programme": PROGRAMME}
        return client.post(
            f"{API}/staff/{trainer}/roles", json=role, headers={**headers, "If-Match": tag}
        )

    refused = grant(headers)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/step-up-needed")
    assert refused.json["step_up"] == f"{API}/tokens/step-up"
    empty = client.post(refused.json["step_up"], json={}, headers=headers)
    assert (empty.status_code, empty.json["type"]) == (422, "/problems/code-missing")
    button = client.post(refused.json["step_up"], json={"demonstration": True}, headers=headers)
    assert button.status_code == 404
    code = boss.code()
    fresh = client.post(refused.json["step_up"], json={"code": code}, headers=headers)
    assert fresh.status_code == 200
    again = client.post(refused.json["step_up"], json={"code": code}, headers=headers)
    assert (again.status_code, again.json["type"]) == (422, "/problems/code-wrong")
    assert grant({"Authorization": f"Bearer {fresh.json['token']}"}).status_code == 200


def test_a_programs_key_is_never_fresh(house):
    desk = house.app.extensions[EXTENSION]
    administrator = house.program("administrator")
    person = house.person("administrator")
    reader = desk.reader(person.account_id, administrator.get("/me").json["session_id"])
    assert reader.fresh_at is not None
    key = replace(reader, scopes=frozenset({"accounts.roles.grant", "accounts.staff.read"}))
    headers = {"Authorization": f"Bearer {desk.token(key)}"}
    client = house.another_process()
    asked = client.post(
        f"{API}/staff/{house.person('trainer').account_id}/roles", json={}, headers=headers
    )
    assert (asked.status_code, asked.json["type"]) == (403, "/problems/not-permitted")
    assert not is_fresh(key, house.clock.now().timestamp())
    proved = client.post(f"{API}/tokens/step-up", json={"demonstration": True}, headers=headers)
    assert proved.status_code == 403


def test_a_session_that_ended_proves_nothing(plain_house):
    boss = enrolled(plain_house, "administrator")
    browser = boss.asked()
    send_code(browser, boss.next_code())
    page = browser.get("/accounts/me").text
    browser.submit("/accounts/sign-out", "/accounts/me")
    form = {"csrf_token": hidden(page, "csrf_token"), "step_up_code": boss.next_code()}
    assert browser.client.post(STEP_UP, data=form | {"step_up": "page"}).status_code in (401, 403)


def test_a_fragment_moves_the_whole_window(house):
    browser = house.signed_in("administrator", fresh=False)
    address = f"/accounts/staff/{house.person('trainer').account_id}/factors/reset"
    answer = browser.get(address, **{"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["HX-Redirect"] == f"{STEP_UP}?next={address}"
