"""Setting an app up, signing in with its codes and with recovery codes, losing it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from services.accounts.factors.keeping import APPS, RECOVERY
from services.accounts.staff.account import LOCK_LONGEST

from .conftest import API
from .factors import APP, CODE, FACTORS, begin, enrolled, recovery_codes, send_code

SIGN_IN = "/accounts/sign-in"
WRONG = "This code is not right, or was used already."


def events_of(house, kind, account_id):
    with house.service.database.reading() as connection:
        events, _ = house.service.store.stream(connection, f"{kind}/{account_id}")
    return [type(one).__name__ for one in events]


def test_an_app_counts_once_a_code_of_it_was_typed(plain_house):
    browser, person = plain_house.signed_in("trainer"), plain_house.person("trainer")
    assert "You get ten of them with an app." in browser.get(FACTORS).text
    begin(browser)
    page = browser.get(APP).text
    assert 'src="data:image/svg+xml' in page and "Type this key into the app" in page
    wrong = browser.submit(APP, APP, code="000000", password_now=person.password)
    assert wrong.status_code == 422 and "not the code that the app shows now" in wrong.text
    # It waits: nobody is asked for it.
    assert plain_house.browser().sign_in(person.email, person.password).location == "/accounts/"
    assert events_of(plain_house, "factors", person.account_id) == []


def test_whoever_sits_at_an_open_browser_adds_no_factor_without_the_password(plain_house):
    holder = plain_house.signed_in("trainer")
    begin(holder)
    refused = holder.submit(APP, APP, code="000000", password_now="wrong")
    assert refused.status_code == 422 and "This is not your password." in refused.text
    assert 'href="#password_now"' in refused.text


def test_signing_in_asks_for_the_code_after_the_right_password_only(plain_house):
    holder = enrolled(plain_house, "trainer")
    assert len(holder.recovery) == 10
    wrong = plain_house.browser().sign_in(holder.persona.email, "wrong")
    other = plain_house.browser().sign_in(plain_house.person("auditor").email, "wrong")
    assert wrong.status_code == other.status_code == 401
    asks = wrong.text.split("<main")[1].split("</main>")[0].replace("one-time-code", "")
    # A certificate's code is another matter: whoever was shown one is led to where it is checked.
    assert "code" not in asks.replace("Check it by its number and code", "")
    browser = holder.asked()
    assert browser.client.get_cookie("zanat_session") is None
    assert browser.get("/accounts/me").status_code == 302, "the note is no session"
    done = send_code(browser, holder.next_code())
    assert (done.status_code, done.location) == (303, "/accounts/")
    assert browser.client.get_cookie("zanat_pending") is None
    assert browser.get("/accounts/me").status_code == 200
    assert events_of(plain_house, "account", holder.persona.account_id)[-1] == "SteppedUp"


def test_a_code_opens_once(plain_house):
    holder = enrolled(plain_house, "trainer")
    # The one that it was set up by was used too.
    used = send_code(holder.asked(), holder.code())
    assert used.status_code == 422 and WRONG in used.text
    code = holder.next_code()
    assert send_code(holder.asked(), code).status_code == 303
    again = send_code(holder.asked(), code)
    assert again.status_code == 422 and WRONG in again.text


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_who_send_one_code_at_once_one_comes_in(plain_house, kind):
    holder = enrolled(plain_house, "trainer")
    code = holder.next_code() if kind == "app" else holder.recovery[0]
    person = holder.persona
    body = {"account": person.email, "password": person.password, "code": code}
    clients = [plain_house.another_process() for _ in range(2)]
    together, answers = threading.Barrier(2), []

    def ask(client):
        together.wait()
        answers.append(client.post(f"{API}/tokens", json=body).status_code)

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 422]


def test_a_clock_half_a_minute_off_is_forgiven_and_a_minute_is_not(plain_house):
    holder = enrolled(plain_house, "trainer")
    plain_house.clock.advance(timedelta(minutes=5))
    assert send_code(holder.asked(), holder.code(later=2)).status_code == 422
    assert send_code(holder.asked(), holder.code(later=-2)).status_code == 422
    assert send_code(holder.asked(), holder.code(later=-1)).status_code == 303
    assert send_code(holder.asked(), holder.code(later=1)).status_code == 303


def test_a_recovery_code_opens_once_and_the_others_stay(plain_house):
    holder = enrolled(plain_house, "trainer")
    first, second = holder.recovery[:2]
    assert send_code(holder.asked(), first.upper().replace("-", " ")).status_code == 303
    assert send_code(holder.asked(), first).status_code == 422
    browser = holder.asked()
    assert send_code(browser, second).status_code == 303
    assert "You have 8 codes left." in browser.get(FACTORS).text


def test_new_recovery_codes_replace_those_before(plain_house):
    holder = enrolled(plain_house, "trainer")
    made = holder.browser.submit(f"{FACTORS}/recovery-codes", FACTORS)
    fresh = recovery_codes(made.text)
    assert len(fresh) == 10 and not set(fresh) & set(holder.recovery)
    assert made.headers["Cache-Control"] == "no-store"
    assert recovery_codes(holder.browser.get(FACTORS).text) == []
    assert send_code(holder.asked(), holder.recovery[0]).status_code == 422
    assert send_code(holder.asked(), fresh[0]).status_code == 303


def test_neither_secrets_nor_codes_are_kept_readable(plain_house):
    holder = enrolled(plain_house, "trainer")
    with plain_house.service.database.reading() as connection:
        kept = [
            tuple(row) for table in (APPS, RECOVERY) for row in connection.execute(table.select())
        ]
        log = b"".join(raw for _, raw in plain_house.service.store.whole_log(connection)).decode()
    assert len(kept) == 11
    for secret in (holder.secret, *holder.recovery, holder.recovery[0].replace("-", "")):
        assert secret not in repr(kept) and secret not in log


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(plain_house):
    holder = enrolled(plain_house, "trainer")
    browser = holder.asked()
    answers = [send_code(browser, "000000").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert events_of(plain_house, "account", holder.persona.account_id).count("SignInFailed") == 5
    locked = plain_house.browser().sign_in(holder.persona.email, holder.persona.password)
    assert locked.status_code in (401, 429)
    plain_house.clock.advance(LOCK_LONGEST)
    assert send_code(holder.asked(), holder.code()).status_code == 303


def test_the_note_after_the_password_ends_after_five_minutes(plain_house):
    holder = enrolled(plain_house, "trainer")
    browser = holder.asked()
    page = browser.get(CODE).text
    plain_house.clock.advance(timedelta(minutes=5))
    token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    late = browser.client.post(CODE, data={"csrf_token": token, "code": holder.code()})
    assert (late.status_code, late.location) == (303, f"{SIGN_IN}?next=/accounts/")
    assert browser.get(CODE).location == f"{SIGN_IN}?next=/accounts/"
    assert "That took too long. Sign in again." in browser.get(SIGN_IN).text


def test_a_note_of_another_account_or_a_made_up_one_opens_nothing(plain_house):
    holder, other = enrolled(plain_house, "trainer"), plain_house.person("auditor")
    browser = holder.asked()
    note = browser.cookie("zanat_pending")
    for text in (
        note.replace(holder.persona.account_id, other.account_id),
        note[:-1] + ("0" if note[-1] != "0" else "1"),
        holder.browser.cookie(),
        "",
    ):
        browser.client.set_cookie("zanat_pending", text)
        assert browser.get(CODE).status_code == 303


def test_the_page_for_the_code_leads_to_no_other_site(plain_house):
    holder = enrolled(plain_house, "trainer")
    browser = holder.asked()
    address = f"{CODE}?next=//evil.example/"
    assert "evil.example" not in browser.get(address).text.split("<main")[1].split("</main>")[0]
    assert send_code(browser, holder.next_code(), address).location == "/accounts/"


def test_each_sign_in_is_a_session_of_its_own(plain_house):
    holder = enrolled(plain_house, "trainer")
    browser = holder.asked()
    browser.client.set_cookie("zanat_session", "chosen-by-somebody-else")
    send_code(browser, holder.next_code())
    first = browser.cookie()
    again = holder.asked()
    send_code(again, holder.next_code())
    assert len({first, again.cookie()}) == 2
    assert events_of(plain_house, "account", holder.persona.account_id).count("SignedIn") == 3


def test_a_program_sends_the_code_with_the_password(plain_house):
    holder = enrolled(plain_house, "trainer")
    client, person = plain_house.another_process(), holder.persona
    body = {"account": person.email, "password": person.password}
    asked = client.post(f"{API}/tokens", json=body)
    assert (asked.status_code, asked.json["type"]) == (401, "/problems/code-needed")
    wrong = client.post(f"{API}/tokens", json={**body, "password": "wrong"})
    assert (wrong.status_code, wrong.json["type"]) == (401, "/problems/sign-in-refused")
    wrong = client.post(f"{API}/tokens", json={**body, "password": "wrong", "code": holder.code()})
    assert (wrong.status_code, wrong.json["type"]) == (401, "/problems/sign-in-refused")
    bad = client.post(f"{API}/tokens", json={**body, "code": "000000"})
    assert (bad.status_code, bad.json["type"]) == (422, "/problems/code-wrong")
    done = client.post(f"{API}/tokens", json={**body, "code": holder.next_code()})
    assert done.status_code == 201


def test_removing_the_app_needs_a_fresh_factor_and_takes_the_codes_along(plain_house):
    holder = enrolled(plain_house, "trainer")
    plain_house.clock.advance(timedelta(minutes=9, seconds=50))
    assert holder.browser.get(f"{APP}/remove").status_code == 200
    plain_house.clock.advance(timedelta(seconds=20))
    browser = holder.asked()
    assert send_code(browser, holder.code()).status_code == 303
    assert "your recovery codes go with it" in browser.get(f"{APP}/remove").text
    assert browser.submit(f"{APP}/remove", f"{APP}/remove").location == FACTORS
    assert "The app is removed." in browser.get(FACTORS).text
    person = holder.persona
    assert plain_house.browser().sign_in(person.email, person.password).location == "/accounts/"
    with plain_house.service.database.reading() as connection:
        assert connection.execute(RECOVERY.select()).all() == []
        assert connection.execute(APPS.select()).all() == []


def test_an_administrator_takes_the_factors_of_somebody_else_away(plain_house):
    lost, boss = enrolled(plain_house, "trainer"), enrolled(plain_house, "administrator")
    address = f"/accounts/staff/{lost.persona.account_id}/factors/reset"
    assert address in boss.browser.get(address.removesuffix("/factors/reset")).text
    assert "They are signed out everywhere" in boss.browser.get(address).text
    done = boss.browser.submit(address, address)
    assert done.location == f"/accounts/staff/{lost.persona.account_id}"
    assert events_of(plain_house, "factors", lost.persona.account_id)[-1] == "FactorsReset"
    # Another process: this one may remember for a second that the session is open.
    elsewhere = plain_house.another_process()
    elsewhere.set_cookie("zanat_session", lost.browser.cookie())
    assert elsewhere.get("/accounts/me").status_code == 302
    person = lost.persona
    assert plain_house.browser().sign_in(person.email, person.password).location == "/accounts/"
    assert "has no second factor" in boss.browser.get(address).text


def test_nobody_takes_their_own_factors_away_like_that(plain_house):
    boss = enrolled(plain_house, "administrator")
    address = f"/accounts/staff/{boss.persona.account_id}/factors/reset"
    assert boss.browser.submit(address, address).status_code == 403


def test_those_whose_roles_need_a_factor_are_told(plain_house):
    needing, others = plain_house.signed_in("auditor"), plain_house.signed_in("trainer")
    said = "Your roles need a second factor"
    for address in ("/accounts/", "/accounts/me", FACTORS):
        assert said in needing.get(address).text
        assert said not in others.get(address).text
    holder = enrolled(plain_house, "auditor")
    assert said not in holder.browser.get("/accounts/").text
