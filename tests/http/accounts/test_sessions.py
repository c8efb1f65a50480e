"""Signing in and out, staying signed in, using an invitation, one's own account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.addresses import local_address
from services.accounts.staff.account import LOCK_FIRST
from shared.access.tokens import LIFETIME

from .conftest import API, PASSWORD, PROGRAMME, hidden

SIGN_IN = "/accounts/sign-in"
REFUSED = "This address and password do not open an account."


def test_whoever_signs_in_goes_where_they_wanted(house):
    browser, person = house.browser(), house.person("trainer")
    asked = browser.get("/accounts/me")
    assert asked.status_code == 302
    assert asked.location == f"{SIGN_IN}?next=/accounts/me"
    assert hidden(browser.get(asked.location).text, "next") == "/accounts/me"
    done = browser.sign_in(person.email.upper(), person.password, next="/accounts/me")
    assert (done.status_code, done.location) == (303, "/accounts/me")
    page = browser.get("/accounts/me").text
    assert person.name in page and person.email in page and f"Trainer, {PROGRAMME}" in page
    assert browser.get(SIGN_IN).location == "/accounts/"


def test_an_unknown_address_and_a_wrong_password_are_refused_in_the_same_words(house):
    person = house.person("trainer")
    texts = []
    for account, password in ((person.email, "wrong"), ("nobody@example.org", "wrong")):
        answer = house.browser().sign_in(account, password)
        assert answer.status_code == 401
        assert REFUSED in answer.text and f'value="{account}"' in answer.text
        texts.append(answer.text.replace(account, "").split("<main")[1])
    first, second = (text.split('name="csrf_token"')[0] for text in texts)
    assert first == second


def test_the_sign_in_form_says_what_is_missing_and_keeps_what_was_typed(house):
    answer = house.browser().sign_in("ana@example.org", "", next="/accounts/me")
    assert answer.status_code == 422
    assert 'href="#password"' in answer.text and "Type your password." in answer.text
    assert 'value="ana@example.org"' in answer.text
    assert hidden(answer.text, "next") == "/accounts/me"
    assert 'type="password" value=""' in answer.text


def test_five_wrong_passwords_lock_the_account_for_a_while(house):
    browser, person = house.browser(), house.person("trainer")
    for _ in range(5):
        assert browser.sign_in(person.email, "wrong").status_code == 401
    locked = browser.sign_in(person.email, person.password)
    assert locked.status_code == 401 and REFUSED in locked.text
    house.clock.advance(LOCK_FIRST)
    assert browser.sign_in(person.email, person.password).status_code == 303


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "\t//evil.example/",
    ],
)
def test_no_sign_in_leads_to_another_site(house, evil):
    browser, person = house.browser(), house.person("trainer")
    page = browser.client.get(SIGN_IN, query_string={"next": evil}).text
    assert hidden(page, "next") == "/accounts/"
    assert browser.sign_in(person.email, person.password, next=evil).location == "/accounts/"
    for address in (SIGN_IN, "/accounts/renew"):
        again = browser.client.get(address, query_string={"next": evil})
        assert again.location == "/accounts/"
    chosen = browser.client.get("/accounts/language/bs", query_string={"next": evil})
    assert chosen.location == "/"
    assert local_address(evil) == "/accounts/"


def test_signing_out_says_so_and_ends_the_session_everywhere(house):
    browser = house.signed_in("trainer")
    token = browser.client.get_cookie("zanat_session").value
    done = browser.submit("/accounts/sign-out", "/accounts/me")
    assert (done.status_code, done.location) == (303, SIGN_IN)
    assert "You are signed out." in browser.get(SIGN_IN).text
    assert browser.client.get_cookie("zanat_session") is None
    assert browser.get("/accounts/me").status_code == 302
    elsewhere = house.another_process()
    refused = elsewhere.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json["type"]) == (401, "/problems/session-ended")
    elsewhere.set_cookie("zanat_session", token)
    assert "This session has ended. Sign in again." in elsewhere.get(SIGN_IN).text


def test_a_token_that_ran_out_is_renewed_while_the_session_is_open(house):
    browser = house.signed_in("trainer")
    before = browser.client.get_cookie("zanat_session").value
    house.clock.advance(LIFETIME + timedelta(minutes=5))
    asked = browser.get("/accounts/me")
    assert asked.status_code == 302
    renewed = browser.get(asked.location)
    assert (renewed.status_code, renewed.location) == (303, "/accounts/me")
    assert browser.client.get_cookie("zanat_session").value != before
    assert browser.get("/accounts/me").status_code == 200


def test_a_form_that_is_sent_with_a_token_that_ran_out_arrives_whole(house):
    browser = house.signed_in("trainer")
    token = hidden(browser.get("/accounts/me").text, "csrf_token")
    house.clock.advance(LIFETIME + timedelta(minutes=5))
    form = {"csrf_token": token}
    done = browser.client.post("/accounts/sign-out", data=form, follow_redirects=True)
    assert done.status_code == 200 and "You are signed out." in done.text


def test_a_session_that_was_not_used_for_a_day_is_over(house):
    browser = house.signed_in("trainer")
    house.clock.advance(timedelta(days=1))
    page = browser.get(browser.get("/accounts/me").location)
    assert page.status_code == 200 and "Your sign-in ran out. Sign in again." in page.text


def test_renewing_brings_the_roles_of_now(house):
    browser, person = house.signed_in("trainer"), house.person("trainer")
    administrator = house.program("administrator")
    done = administrator.post(
        f"/staff/{person.account_id}/roles",
        {"role": "field_officer", "programme": PROGRAMME},
        If_Match=administrator.get(f"/staff/{person.account_id}").headers["ETag"],
    )
    assert done.status_code == 200
    house.clock.advance(LIFETIME)
    browser.get(browser.get("/accounts/").location)
    assert "Field officer" in browser.get("/accounts/").text


def test_an_ended_session_is_not_renewed(house):
    browser = house.signed_in("trainer")
    token = browser.client.get_cookie("zanat_session").value
    browser.submit("/accounts/sign-out", "/accounts/me")
    house.clock.advance(LIFETIME)
    elsewhere = house.another_process()
    elsewhere.set_cookie("zanat_session", token)
    answer = elsewhere.get("/accounts/renew?next=/accounts/me")
    assert answer.location == f"{SIGN_IN}?next=/accounts/me"


def test_forms_without_their_token_are_refused(house):
    browser, person = house.browser(), house.person("trainer")
    data = {"account": person.email, "password": person.password}
    assert browser.client.post(SIGN_IN, data=data).status_code == 403
    browser.get(SIGN_IN)
    assert browser.client.post(SIGN_IN, data={**data, "csrf_token": "0" * 64}).status_code == 403
    signed_in = house.signed_in("trainer")
    assert signed_in.client.post("/accounts/sign-out").status_code == 403
    assert signed_in.get("/accounts/me").status_code == 200


def test_a_persona_signs_in_by_a_button_in_a_demonstration(house):
    browser, person = house.browser(), house.person("finance_controller", 2)
    page = browser.get(SIGN_IN).text
    assert "These people are invented" in page
    assert f"Sign in as {person.name}" in page and "Finance controller" in page
    assert person.password not in page
    done = browser.submit("/accounts/sign-in/persona", SIGN_IN, account_id=person.account_id)
    assert (done.status_code, done.location) == (303, "/accounts/")
    assert "Authorise and release payments" in browser.get("/accounts/").text


def test_only_personas_sign_in_by_a_button(house):
    browser = house.signed_in("administrator")
    invited = browser.submit(
        "/accounts/staff/invite",
        "/accounts/staff/invite",
        display_name="Ana Primer",
        email="ana@example.org",
        kind="staff",
    )
    account_id = invited.text.split('href="/accounts/staff/')[1].split('"')[0]
    refused = house.browser().submit("/accounts/sign-in/persona", SIGN_IN, account_id=account_id)
    assert refused.status_code == 404


def test_outside_of_a_demonstration_there_are_no_personas(empty_house):
    from services.accounts.first import seed_personas

    person = seed_personas(empty_house.service, PROGRAMME)[0]
    browser = empty_house.browser()
    page = browser.get(SIGN_IN).text
    assert person.name not in page and "invented" not in page
    refused = browser.submit("/accounts/sign-in/persona", SIGN_IN, account_id=person.account_id)
    assert refused.status_code == 404


def test_the_first_link_makes_an_administrator_once(empty_house, first_link):
    browser = empty_house.browser()
    form = {"display_name": "Ana Primer", "email": "ana@example.org"}
    short = browser.submit(first_link, first_link, **form, password="short", password_again="short")
    assert short.status_code == 422
    assert "at least 12 characters" in short.text and 'value="ana@example.org"' in short.text
    differs = browser.submit(first_link, first_link, **form, password=PASSWORD, password_again="x")
    assert "The two passwords are not the same." in differs.text
    own = browser.submit(
        first_link, first_link, **form, password="ana-primer-2026", password_again="ana-primer-2026"
    )
    assert "Leave your name and your address out of it" in own.text
    page = browser.get(first_link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    done = browser.submit(
        first_link, first_link, **form, password=PASSWORD, password_again=PASSWORD
    )
    assert (done.status_code, done.location) == (303, "/accounts/")
    home = browser.get("/accounts/").text
    assert "Your account is ready." in home and "Invite staff and grant roles" in home
    assert empty_house.browser().get(first_link).status_code == 404
    assert empty_house.browser().sign_in("ana@example.org", PASSWORD).status_code == 303


def test_an_invitation_that_is_too_old_is_worthless(empty_house, first_link):
    empty_house.clock.advance(timedelta(days=1))
    answer = empty_house.browser().get(first_link)
    assert answer.status_code == 404
    assert "This link was used already or is too old." in answer.text


def test_another_password_ends_the_other_sessions(house):
    browser, other = house.signed_in("trainer"), house.signed_in("trainer")
    person, page = house.person("trainer"), "/accounts/me"
    both = {"password": PASSWORD, "password_again": PASSWORD}
    wrong = browser.submit("/accounts/me/password", page, password_now="wrong", **both)
    assert wrong.status_code == 422 and "This is not your password." in wrong.text
    done = browser.submit("/accounts/me/password", page, password_now=person.password, **both)
    assert done.status_code == 303
    assert "Your password is changed." in browser.get(page).text
    elsewhere = house.another_process()
    elsewhere.set_cookie("zanat_session", other.client.get_cookie("zanat_session").value)
    assert elsewhere.get(page).status_code == 302
    assert house.browser().sign_in(person.email, person.password).status_code == 401
    assert house.browser().sign_in(person.email, PASSWORD).status_code == 303


def test_one_ends_ones_own_sessions_alone(house):
    browser, other = house.signed_in("trainer"), house.signed_in("trainer")
    page = browser.get("/accounts/me").text
    assert "You are signed in at 2 places" in page
    addresses = [part.split('"')[0] for part in page.split('action="/accounts/me/sessions/')[1:]]
    stranger = house.signed_in("auditor")
    for address in addresses:
        stranger.submit(f"/accounts/me/sessions/{address}", "/accounts/me")
    assert "You are signed in at 2 places" in browser.get("/accounts/me").text
    own = [a for a in addresses if "Sign out here" in page.split(a)[1].split("</form>")[0]]
    (another,) = set(addresses) - set(own)
    ended = browser.submit(f"/accounts/me/sessions/{another}", "/accounts/me")
    assert (ended.status_code, ended.location) == (303, "/accounts/me")
    assert "You are signed in at 1 place" in browser.get("/accounts/me").text
    elsewhere = house.another_process()
    elsewhere.set_cookie("zanat_session", other.client.get_cookie("zanat_session").value)
    assert elsewhere.get("/accounts/me").status_code == 302
    out = browser.submit(f"/accounts/me/sessions/{own[0]}", "/accounts/me")
    assert out.location == SIGN_IN
    assert "You are signed out." in browser.get(SIGN_IN).text


def test_the_first_page_shows_the_work_of_each_role(house):
    expected = {
        "trainer": "Issue certificates",
        "programme_officer": "Check applications",
        "committee_member": "Declare conflicts and score",
        "committee_chair": "Lead the committee",
        "finance_officer": "Prepare payments",
        "field_officer": "Make visits",
        "auditor": "Verify the log",
        "administrator": "Invite staff and grant roles",
        "donor": "Read the reports",
    }
    for role, task in expected.items():
        page = house.signed_in(role).get("/accounts/").text
        assert task in page
        assert (f"Programme: {PROGRAMME}" in page) == (role != "administrator")


def test_a_program_gets_a_token_for_ten_minutes(house):
    client, person = house.app.test_client(), house.person("auditor")
    given = {"account": person.email, "password": person.password}
    answer = client.post(f"{API}/tokens", json=given)
    assert answer.status_code == 201 and answer.json["expires_in"] == 600
    assert answer.headers["Cache-Control"] == "no-store"
    bearer = {"Authorization": f"Bearer {answer.json['token']}"}
    me = client.get(f"{API}/me", headers=bearer).json
    assert (me["id"], me["display_name"]) == (person.account_id, person.name)
    assert me["roles"] == [{"role": "auditor", "programme": PROGRAMME, "region": None}]
    ended = client.post(f"{API}/tokens/end", headers=bearer)
    assert ended.status_code == 204
    assert house.another_process().get(f"{API}/me", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"account": "nobody@example.org", "password": "wrong"}, 401),
        ({"account": "nobody@example.org"}, 422),
        ({"account": "", "password": "wrong"}, 422),
        ({"account": "a" * 255, "password": "wrong"}, 422),
        ({"account": ["a"], "password": {"b": 1}}, 422),
        ({"account": 1e300, "password": None}, 422),
        ({"account": "a\x00b", "password": "wrong"}, 400),
        ({"account": "a", "password": "p" * 201}, 422),
        ("text", 422),
        ([], 422),
    ],
)
def test_what_gives_no_token(house, body, status):
    answer = house.app.test_client().post(f"{API}/tokens", json=body)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_a_token_that_ran_out_is_told_to_programs(house):
    program = house.program("auditor")
    house.clock.advance(LIFETIME)
    answer = program.get("/me")
    assert (answer.status_code, answer.json["type"]) == (401, "/problems/token-expired")
