"""Inviting, granting and taking back roles, suspending: over the JSON interface and on pages."""

from __future__ import annotations

import html

import pytest

from services.accounts.staff.account_events import SessionRevoked
from shared.access.accesses import access_events

from .conftest import API, PASSWORD, PROGRAMME, hidden, link_in

STAFF = "/accounts/staff"
ANA = {"display_name": "Ana Primer", "email": "ana@example.org"}
NO_ACCOUNT = "01890000-0000-7000-8000-000000000000"


def invited(program, **other) -> str:
    answer = program.post("/staff", {**ANA, **other})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{API}/staff/{answer.json['id']}"
    return answer.json["id"]


def tag(program, account_id: str) -> str:
    return program.get(f"/staff/{account_id}").headers["ETag"]


def grant(program, account_id: str, role: str, programme: str = PROGRAMME):
    return program.post(
        f"/staff/{account_id}/roles",
        {"role": role, "programme": programme},
        If_Match=tag(program, account_id),
    )


def code(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


def test_a_program_invites_and_grants_a_role(house):
    program = house.program("administrator")
    account_id = invited(program)
    shown = program.get(f"/staff/{account_id}").json
    assert (shown["standing"], shown["email"], shown["version"]) == ("waiting", ANA["email"], 1)
    done = grant(program, account_id, "trainer")
    assert done.status_code == 200 and done.json == {"id": account_id, "version": 2}
    assert done.headers["ETag"] == '"2"'
    roles = program.get(f"/staff/{account_id}/roles").json
    assert roles == [{"role": "trainer", "programme": PROGRAMME, "region": None}]
    link = program.post(f"/staff/{account_id}/invitation")
    assert link.status_code == 200
    path = link.json["address"].removeprefix("http://localhost:8000")
    browser = house.browser()
    used = browser.submit(path, path, password=PASSWORD, password_again=PASSWORD)
    assert used.status_code == 303
    assert "Issue certificates" in browser.get("/accounts/").text
    assert house.browser().get(path).status_code == 404
    assert program.post(f"/staff/{account_id}/invitation").status_code == 409


def test_an_invitation_that_is_sent_twice_is_one(house):
    program = house.program("administrator")
    first = program.post("/staff", ANA, Idempotency_Key="k1")
    again = program.post("/staff", ANA, Idempotency_Key="k1")
    assert again.headers["Idempotency-Replayed"] == "true" and again.json == first.json
    other = program.post("/staff", {**ANA, "display_name": "Ana"}, Idempotency_Key="k1")
    assert (other.status_code, code(other)) == (422, "idempotency-key-reused")
    taken = program.post("/staff", {**ANA, "email": ANA["email"].upper()})
    assert (taken.status_code, code(taken)) == (409, "email-taken")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"display_name": "Ana Primer"},
        {"display_name": "", "email": "ana@example.org"},
        {"display_name": "a" * 201, "email": "ana@example.org"},
        {"display_name": "Ana", "email": "no address"},
        {"display_name": "Ana", "email": "a@" + "b" * 300},
        {"display_name": 7, "email": []},
        {**ANA, "kind": "robot"},
        {**ANA, "password": "x"},
    ],
)
def test_what_is_no_invitation(house, body):
    answer = house.program("administrator").post("/staff", body)
    assert answer.status_code == 422


def test_a_character_that_stands_for_nothing_is_refused_before_anything_is_looked_at(house):
    body = {"display_name": "Ana\x07", "email": "ana@example.org"}
    answer = house.program("administrator").post("/staff", body)
    assert (answer.status_code, code(answer)) == (400, "text-unusable")


def test_the_list_comes_in_pages_and_is_filtered(house):
    program = house.program("administrator")
    names, cursor = [], ""
    for _ in range(10):
        page = program.get(f"/staff?limit=5{cursor}").json
        names += [item["display_name"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(names) == sorted(one.name for one in house.persons.values())
    members = program.get("/staff?role=committee_member").json["items"]
    assert len(members) == 3
    assert program.get("/staff?standing=suspended").json["items"] == []
    for query in ("limit=0", "limit=201", "role=king", "standing=x", "cursor=x", "limit=1e9"):
        assert program.get(f"/staff?{query}").status_code == 422


@pytest.mark.parametrize(
    ("held", "wanted", "programme", "refusal"),
    [
        ("committee_member", "finance_officer", PROGRAMME, "roles-exclude"),
        ("finance_controller", "committee_chair", PROGRAMME, "roles-exclude"),
        ("finance_officer", "finance_controller", PROGRAMME, "roles-exclude"),
        ("auditor", "trainer", PROGRAMME, "roles-exclude"),
        ("donor", "programme_officer", PROGRAMME, "roles-exclude"),
        ("programme_officer", "applicant", PROGRAMME, "role-of-applicants"),
        ("trainer", "administrator", "*", "roles-exclude"),
        ("trainer", "administrator", PROGRAMME, "role-scope"),
        ("trainer", "field_officer", "*", "role-scope"),
    ],
)
def test_roles_that_exclude_each_other_are_refused(house, held, wanted, programme, refusal):
    program, person = house.program("administrator"), house.person(held)
    answer = grant(program, person.account_id, wanted, programme)
    assert answer.status_code == (422 if refusal == "role-scope" else 409)
    assert code(answer) == refusal
    roles = program.get(f"/staff/{person.account_id}/roles").json
    assert [one["role"] for one in roles] == [held]


def test_roles_that_go_together_are_granted_also_in_another_programme(house):
    program = house.program("administrator")
    trainer, scorer = house.person("trainer"), house.person("committee_member")
    house.arrives_programme("BA-2011", "Another programme")
    assert grant(program, trainer.account_id, "field_officer").status_code == 200
    assert grant(program, scorer.account_id, "committee_chair").status_code == 200
    assert grant(program, scorer.account_id, "finance_officer", "BA-2011").status_code == 200


def test_nobody_changes_their_own_account(house):
    program, own = house.program("administrator"), house.person("administrator").account_id
    for answer in (
        grant(program, own, "trainer"),
        program.post(
            f"/staff/{own}/roles/revoke",
            {"role": "administrator", "programme": "*"},
            If_Match=tag(program, own),
        ),
        program.post(f"/staff/{own}/suspend", {"reason": "x"}, If_Match=tag(program, own)),
    ):
        assert (answer.status_code, code(answer)) == (403, "own-account")
    page = house.signed_in("administrator").get(f"{STAFF}/{own}").text
    assert "This is your own account." in page
    assert "Take back" not in page and "Grant the role" not in page and "/suspend" not in page


def test_a_write_names_the_version_that_was_seen(house):
    program, account_id = house.program("administrator"), house.person("trainer").account_id
    house.arrives_programme("BA-2011", "Another programme")
    address, role = f"/staff/{account_id}/roles", {"role": "trainer", "programme": "BA-2011"}
    seen = tag(program, account_id)
    assert program.get(f"/staff/{account_id}", If_None_Match=seen).status_code == 304
    assert program.post(address, role).status_code == 428
    assert program.post(address, role, If_Match='"99"').status_code == 412
    assert program.post(address, role, If_Match="7").status_code == 400
    assert program.post(address, role, If_Match=seen).status_code == 200
    assert program.post(f"{address}/revoke", role, If_Match=seen).status_code == 412


@pytest.mark.parametrize("account_id", [NO_ACCOUNT, "no-id", "%00", "a" * 3000])
def test_an_unknown_account_is_not_found(house, account_id):
    program, browser = house.program("administrator"), house.signed_in("administrator")
    expected = (400, 404) if account_id == "%00" else (404,)
    assert program.get(f"/staff/{account_id}").status_code in expected
    role = {"role": "trainer", "programme": PROGRAMME}
    written = program.post(f"/staff/{account_id}/roles", role, If_Match='"1"')
    assert written.status_code in expected
    assert program.post(f"/staff/{account_id}/invitation").status_code in expected
    assert browser.get(f"{STAFF}/{account_id}").status_code in expected


def test_without_the_role_nobody_looks_or_changes_and_it_is_on_record(house):
    program, account_id = house.program("trainer"), house.person("donor").account_id
    for answer in (
        program.get("/staff"),
        program.get(f"/staff/{account_id}"),
        program.post("/staff", ANA),
        program.post(f"/staff/{account_id}/suspend", {"reason": "x"}, If_Match='"1"'),
    ):
        assert (answer.status_code, code(answer)) == (403, "not-permitted")
    browser = house.signed_in("trainer")
    assert browser.get(STAFF).status_code == 403
    assert "Staff" not in browser.get("/accounts/").text.split("<main")[0]
    assert program.get("/me").status_code == 200
    assert house.app.test_client().get(f"{API}/staff").status_code == 401
    assert len(recorded(house, access_events("accounts").denied)) == 5


def test_an_auditor_reads_the_staff_of_the_programme_and_changes_nothing(house):
    administrator, auditor = house.program("administrator"), house.program("auditor")
    other = invited(administrator)
    grant(administrator, other, "trainer", "BA-2011")
    assert auditor.get(f"/staff/{other}").status_code == 404
    listed = [item["display_name"] for item in auditor.get("/staff?limit=200").json["items"]]
    assert "Ana Primer" not in listed and house.person("trainer").name in listed
    assert auditor.post("/staff", ANA).status_code == 403
    browser, account_id = house.signed_in("auditor"), house.person("trainer").account_id
    page = browser.get(f"{STAFF}/{account_id}").text
    assert "Role granted: Trainer in RS-2011." in page
    assert "Take back" not in page and "/suspend" not in page
    assert "Invite somebody" not in browser.get(STAFF).text
    found = browser.submit(f"{STAFF}/search", STAFF, name="Primer")
    assert "Nobody is found" in found.text
    assert len(recorded(house, access_events("accounts").read)) >= 4


def test_a_suspended_account_stops_at_once_and_works_again_later(house):
    administrator, trainer = house.program("administrator"), house.program("trainer")
    person = house.person("trainer")
    address = f"/staff/{person.account_id}"
    version = tag(administrator, person.account_id)
    empty = administrator.post(f"{address}/suspend", {"reason": ""}, If_Match=version)
    assert empty.status_code == 422
    done = administrator.post(f"{address}/suspend", {"reason": "Left"}, If_Match=version)
    assert done.status_code == 200
    bearer = {"Authorization": f"Bearer {trainer.token}"}
    assert house.another_process().get(f"{API}/me", headers=bearer).status_code == 401
    assert house.browser().sign_in(person.email, person.password).status_code == 401
    refused = grant(administrator, person.account_id, "field_officer")
    assert (refused.status_code, code(refused)) == (409, "account-suspended")
    version = tag(administrator, person.account_id)
    assert administrator.post(f"{address}/reinstate", If_Match=version).status_code == 200
    # The account works again; the session of before does not.
    assert house.another_process().get(f"{API}/me", headers=bearer).status_code == 401
    assert house.browser().sign_in(person.email, person.password).status_code == 303


def test_somebody_is_invited_on_the_page_and_the_link_is_shown_once(house):
    browser, page = house.signed_in("administrator"), f"{STAFF}/invite"
    form = {**ANA, "kind": "staff", "role": "trainer", "programme": PROGRAMME}
    wrong = browser.submit(page, page, **{**form, "programme": ""})
    assert wrong.status_code == 422 and 'href="#programme"' in wrong.text
    assert f'value="{ANA["email"]}"' in wrong.text
    done = browser.submit(page, page, **form)
    assert done.status_code == 200 and "The link for Ana Primer is ready" in done.text
    path = link_in(done.text)
    account = done.text.split(f'href="{STAFF}/')[1].split('"')[0]
    shown = browser.get(f"{STAFF}/{account}").text
    assert path not in shown and "The invitation was not used yet" in shown
    taken = browser.submit(page, page, **form)
    assert taken.status_code == 409
    assert "Another account has this e-mail address." in taken.text
    renewed = browser.submit(f"{STAFF}/{account}/invitation", f"{STAFF}/{account}")
    assert renewed.status_code == 200
    guest = house.browser()
    assert guest.get(path).status_code == 404
    path = link_in(renewed.text)
    assert "Ana Primer" in guest.get(path).text
    guest.submit(path, path, password=PASSWORD, password_again=PASSWORD)
    assert "Issue certificates" in guest.get("/accounts/").text


def test_people_are_searched_by_name_or_address_which_no_address_shows(house):
    browser, person = house.signed_in("administrator"), house.person("committee_member", 2)
    for typed in ("djordj", "SAŠA", person.email.upper()):
        found = browser.submit(f"{STAFF}/search", STAFF, name=typed)
        assert found.status_code == 200 and person.name in found.text
        assert house.person("trainer").name not in found.text.split("<tbody")[1]
    nobody = browser.submit(f"{STAFF}/search", STAFF, name="%")
    assert "Nobody is found" in nobody.text
    assert browser.submit(f"{STAFF}/search", STAFF, name=" ").status_code == 422
    assert browser.client.post(f"{STAFF}/search", data={"name": "a"}).status_code == 403
    listed = browser.get(f"{STAFF}?role=trainer&standing=active").text
    assert person.name not in listed and house.person("trainer").name in listed
    assert browser.get(f"{STAFF}?role=king&standing=%27&cursor=").status_code == 200
    assert browser.get(f"{STAFF}?cursor=x").status_code == 422


def test_roles_are_granted_and_taken_back_on_the_page(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    page = f"{STAFF}/{person.account_id}"
    version = hidden(browser.get(page).text, "version")
    form = {"version": version, "role": "auditor", "programme": PROGRAMME, "region": ""}
    refused = browser.submit(f"{page}/roles", page, **form)
    assert refused.status_code == 409
    assert "Nobody is Auditor and Trainer at the same time." in html.unescape(refused.text)
    done = browser.submit(f"{page}/roles", page, **{**form, "role": "field_officer"})
    assert (done.status_code, done.location) == (303, page)
    shown = browser.get(page).text
    assert "The role is granted." in shown
    assert f"Role granted: Field officer in {PROGRAMME}." in shown
    stale = browser.submit(f"{page}/roles/revoke", page, **{**form, "role": "trainer"})
    assert stale.status_code == 412
    form["version"] = hidden(shown, "version")
    taken = browser.submit(f"{page}/roles/revoke", page, **{**form, "role": "trainer"})
    assert taken.status_code == 303
    assert "The role is taken back." in browser.get(page).text


def test_an_account_is_suspended_and_reinstated_on_the_page(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    house.signed_in("trainer")
    page = f"{STAFF}/{person.account_id}"
    shown = browser.get(page).text
    assert "1 place" in shown and "Every session ends at once, in every service." in shown
    version = hidden(shown, "version")
    without = browser.submit(f"{page}/suspend", page, version=version, reason="")
    assert without.status_code == 422 and 'href="#reason"' in without.text
    done = browser.submit(f"{page}/suspend", page, version=version, reason="On leave")
    assert done.status_code == 303
    shown = browser.get(page).text
    assert "Suspended: On leave" in shown and "Let it work again" in shown
    assert "Grant the role" not in shown
    version = hidden(shown, "version")
    assert browser.submit(f"{page}/reinstate", page, version=version).status_code == 303
    assert "The account works again." in browser.get(page).text


def test_all_sessions_of_somebody_are_ended_on_the_page(house):
    browser, person = house.signed_in("administrator"), house.person("trainer")
    house.signed_in("trainer")
    house.signed_in("trainer")
    page = f"{STAFF}/{person.account_id}"
    version = hidden(browser.get(page).text, "version")
    assert browser.submit(f"{page}/sessions/end", page, version=version).status_code == 303
    shown = browser.get(page).text
    assert "All sessions have ended." in shown and "0 places" in shown
    assert len(recorded(house, SessionRevoked)) == 2


def recorded(house, kind: type) -> list[object]:
    """The events of a kind, in the order of the log."""
    store = house.service.store
    with house.service.database.reading() as connection:
        events = [store.recorded(raw).event for _, raw in store.whole_log(connection)]
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("role", "programme", "region", "expected"),
    [
        ("trainer", "XX-2099", None, "unknown-programme"),
        ("field_officer", PROGRAMME, "Atlantida", "unknown-region"),
        ("field_officer", PROGRAMME, "topola", "unknown-region"),
        ("trainer", PROGRAMME, "Topola", "role-has-no-region"),
        ("trainer", "*", None, "role-scope"),
        ("field_officer", PROGRAMME, "Tuzla", ""),
        ("field_officer", PROGRAMME, "BA", ""),
        ("field_officer", PROGRAMME, None, ""),
    ],
)
def test_roles_are_for_programmes_and_places_that_exist(house, role, programme, region, expected):
    program, account_id = house.program("administrator"), house.person("trainer").account_id
    address = f"/staff/{account_id}/roles"
    body = {"role": role, "programme": programme, "region": region}
    answer = program.post(address, body, If_Match=tag(program, account_id))
    assert (code(answer) if expected else answer.status_code) == (expected or 200)
    assert len(program.get(address).json) == (1 if expected else 2)


def test_the_page_says_at_the_place_that_there_is_no_such_region(house):
    browser, person = house.signed_in("administrator"), house.person("field_officer")
    page = f"{STAFF}/{person.account_id}"
    form = {"version": hidden(browser.get(page).text, "version"), "role": "field_officer"}
    refused = browser.submit(f"{page}/roles", page, **form, programme=PROGRAMME, region="Nowhere")
    assert refused.status_code == 422 and 'href="#region"' in refused.text
    assert 'value="Nowhere"' in refused.text
