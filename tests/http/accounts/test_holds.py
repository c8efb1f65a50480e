"""What lets somebody else into an account lets them do nothing there until another confirms it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pyotp
import pytest

from services.accounts.staff import acts
from services.accounts.staff.credentials import new_link, with_secrets
from services.accounts.standing.holding import HOLD_LENGTH
from shared.access.reader import Reader
from shared.access.roles import Role
from shared.language.formats import DEFAULT_ZONE, format_moment
from shared.service import INSTALLATION_WIDE
from shared.web.composing import token_verifier

from .conftest import PASSWORD, PROGRAMME, Browser, House, hidden
from .factors import APP, begin, enrolled, send_code
from .test_resetting import ask, choose, mailed

WAITS = "Your roles do not count at the moment."
CONFIRM = "I know that it is them"


def reader(house: House, browser: Browser) -> Reader:
    return token_verifier(house.service).verify(browser.cookie())


def roles(house: House, browser: Browser) -> set[Role]:
    return set(reader(house, browser).roles_in(PROGRAMME))


def elsewhere(house: House, browser: Browser) -> Browser:
    """The same browser, asking another process, which remembers nothing of a moment ago."""
    client = house.another_process()
    client.set_cookie("zanat_session", browser.cookie())
    return Browser(client)


def page_of(account_id: str) -> str:
    return f"/accounts/staff/{account_id}"


def another(house: House, role: str, name: str) -> Browser:
    """One more person with a role, who is signed in and fresh by an app."""

    def make(work):
        email = f"{name.replace(' ', '.').lower()}@example.org"
        account_id = acts.invite(work, by="t", kind="staff", display_name=name, email=email)
        programme = None if role == "administrator" else PROGRAMME
        acts.grant_role(
            work, by="t", account_id=account_id, role=role, programme=programme, region=None
        )
        return email, new_link(work.connection, account_id, work.now + timedelta(days=1))

    system = house.service.system_context(INSTALLATION_WIDE, cause="test")
    _, link = with_secrets(house.service, system, make)
    browser = house.browser()
    used = browser.submit(link, link, password=PASSWORD, password_again=PASSWORD)
    assert used.status_code == 303, used.text
    enrol(house, browser)
    return browser


def enrol(house: House, browser: Browser, password: str = PASSWORD) -> None:
    code = pyotp.TOTP(begin(browser)).at(house.clock.now())
    assert browser.submit(APP, APP, code=code, password_now=password).status_code == 200


def changed_address(house: House, boss: Browser, account_id: str, email: str) -> None:
    address = f"{page_of(account_id)}/details"
    version = hidden(boss.get(address).text, "version")
    form = {"version": version, "display_name": "Gordana Simić", "email": email}
    assert boss.submit(address, address, **form).status_code == 303


def shown_link(boss: Browser, account_id: str) -> str:
    shown = boss.submit(f"{page_of(account_id)}/reset", page_of(account_id), shown="yes").text
    found = re.search(r"http://localhost:8000(/accounts/reset/[A-Za-z0-9_-]+)", shown)
    assert found is not None
    return found[1]


def lifted(house: House, browser: Browser, account_id: str) -> str:
    """What the page says after somebody confirmed."""
    page = browser.get(page_of(account_id)).text
    version = re.findall(r'name="version" value="(\d+)"', page)
    address = f"{page_of(account_id)}/hold/lift"
    done = browser.submit(address, page_of(account_id), version=version[0] if version else "1")
    return browser.get(done.location).text if done.status_code == 303 else done.text


@pytest.fixture
def victim(plain_house: House):
    return enrolled(plain_house, "finance_controller")


@pytest.fixture
def boss(plain_house: House) -> Browser:
    return enrolled(plain_house, "administrator").browser


def test_one_administrator_alone_does_not_take_a_controllers_account_over(
    plain_house, victim, boss
):
    who = victim.persona.account_id
    changed_address(plain_house, boss, who, "mine@evil.example")
    factors = f"{page_of(who)}/factors/reset"
    assert boss.submit(factors, factors).status_code == 303
    assert choose(plain_house, shown_link(boss, who)).status_code == 303
    thief = plain_house.browser()
    assert thief.sign_in("mine@evil.example", PASSWORD).status_code == 303
    enrol(plain_house, thief)
    assert roles(plain_house, thief) == set()
    assert reader(plain_house, thief).fresh_at is not None
    home = thief.get("/accounts/").text
    assert WAITS in home and "You have no role yet" not in home
    assert thief.get("/accounts/staff").status_code == 403


@pytest.mark.parametrize("ground", ["address", "factors", "link"])
def test_each_way_in_makes_the_roles_wait_and_is_said_in_words(plain_house, victim, boss, ground):
    who = victim.persona.account_id
    if ground == "address":
        changed_address(plain_house, boss, who, "moved@example.org")
        said = "The e-mail address was changed by an administrator."
    elif ground == "factors":
        assert boss.submit(f"{page_of(who)}/factors/reset", page_of(who)).status_code == 303
        said = "The second factors were taken away by an administrator."
    else:
        shown_link(boss, who)
        said = "An administrator was shown a link for a new password."
    email = "moved@example.org" if ground == "address" else victim.persona.email
    browser = plain_house.browser()
    answer = browser.sign_in(email, victim.persona.password)
    if answer.location.startswith("/accounts/sign-in/code"):
        code = victim.next_code()
        assert browser.submit(answer.location, answer.location, code=code).status_code == 303
    assert roles(plain_house, browser) == set()
    home = browser.get("/accounts/").text
    assert WAITS in home and said in home
    until = format_moment(plain_house.clock.now() + HOLD_LENGTH, "en", DEFAULT_ZONE)
    assert f"count again from {until}" in html.unescape(home)
    assert said in boss.get(page_of(who)).text


def test_who_is_signed_in_loses_the_roles_at_once_and_keeps_the_session(plain_house, victim, boss):
    assert WAITS not in victim.browser.get("/accounts/").text
    changed_address(plain_house, boss, victim.persona.account_id, "moved@example.org")
    other = elsewhere(plain_house, victim.browser)
    stopped = other.client.get("/accounts/", follow_redirects=True)
    assert stopped.status_code == 200 and WAITS in stopped.text
    assert roles(plain_house, other) == set()


def test_only_somebody_who_had_no_part_in_it_and_was_there_before_confirms(
    plain_house, victim, boss
):
    who = victim.persona.account_id
    second = another(plain_house, "administrator", "Second Admin")
    plain_house.clock.advance(timedelta(seconds=1))
    shown_link(boss, who)
    plain_house.clock.advance(timedelta(seconds=1))
    newcomer = another(plain_house, "administrator", "Late Comer")
    assert CONFIRM in boss.get(page_of(who)).text
    assert "You had a part in this." in lifted(plain_house, boss, who)
    assert "Your own account is too new for this" in lifted(plain_house, newcomer, who)
    assert "It is confirmed: the roles count again." in lifted(plain_house, second, who)
    assert CONFIRM not in second.get(page_of(who)).text
    again = victim.browser.get("/accounts/renew?next=/accounts/")
    assert again.status_code == 303
    assert roles(plain_house, victim.browser) == {Role.finance_controller}


def test_an_auditor_confirms_over_the_interface_and_the_doer_does_not(house):
    who = house.person("finance_controller").account_id
    boss, auditor = house.program("administrator"), house.program("auditor")
    house.clock.advance(timedelta(seconds=1))
    assert boss.post(f"/staff/{who}/reset", {"shown": True}).status_code == 200
    tag = auditor.get(f"/staff/{who}").headers["ETag"]
    refused = boss.post(f"/staff/{who}/hold/lift", If_Match=tag)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/hold-of-yours")
    assert auditor.post(f"/staff/{who}/hold/lift", If_Match=tag).status_code == 200
    again = auditor.post(
        f"/staff/{who}/hold/lift", If_Match=auditor.get(f"/staff/{who}").headers["ETag"]
    )
    assert again.status_code == 200


def test_confirming_asks_for_a_fresh_second_factor(house):
    who = house.person("finance_controller").account_id
    assert (
        house.program("administrator").post(f"/staff/{who}/reset", {"shown": True}).status_code
        == 200
    )
    auditor = house.program("auditor", fresh=False)
    tag = auditor.get(f"/staff/{who}").headers["ETag"]
    refused = auditor.post(f"/staff/{who}/hold/lift", If_Match=tag)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/step-up-needed")


def test_whoever_waits_themself_confirms_nobody(plain_house, victim, boss):
    who = victim.persona.account_id
    second = another(plain_house, "administrator", "Second Admin")
    plain_house.clock.advance(timedelta(seconds=1))
    held = reader(plain_house, second).account_id
    shown_link(boss, held)
    shown_link(boss, who)
    second = elsewhere(plain_house, second)
    assert second.get("/accounts/renew?next=/accounts/").status_code == 303
    assert reader(plain_house, second).roles_in(None) == {Role.administrator}
    assert "waits itself to be confirmed" in lifted(plain_house, second, who)


def test_after_three_days_the_roles_count_by_themselves(plain_house, victim, boss):
    shown_link(boss, victim.persona.account_id)
    for after, held in (
        (HOLD_LENGTH - timedelta(minutes=1), set()),
        (timedelta(minutes=1), {Role.finance_controller}),
    ):
        plain_house.clock.advance(after)
        browser = victim.asked()
        assert send_code(browser, victim.code()).status_code == 303
        assert roles(plain_house, browser) == held


def test_what_the_owner_does_alone_makes_nothing_wait(house):
    person = house.person("finance_controller")
    ask(house, person.email)
    assert choose(house, mailed(house, person)).status_code == 303
    browser = house.browser()
    assert browser.sign_in(person.email, PASSWORD).status_code == 303
    assert roles(house, browser) == {Role.finance_controller}
    assert WAITS not in browser.get("/accounts/").text


def test_a_link_that_an_administrator_has_mailed_makes_nothing_wait(house):
    who = house.person("finance_controller").account_id
    sent = house.program("administrator").post(f"/staff/{who}/reset", {})
    assert sent.json["mailed"] is True
    assert roles(house, house.signed_in("finance_controller")) == {Role.finance_controller}


def test_an_invitation_goes_to_the_address_and_is_shown_to_nobody(plain_house, boss):
    sent = boss.submit(
        "/accounts/staff/invite",
        "/accounts/staff/invite",
        kind="staff",
        display_name="Nobody Atall",
        email="no@where.example",
        role="finance_controller",
        programme=PROGRAMME,
    )
    assert sent.status_code == 303, sent.text
    page = boss.get(sent.location).text
    assert "The invitation is on its way to the person&#39;s address." in page
    again = boss.submit(f"{sent.location}/invitation", sent.location)
    assert again.status_code == 303
    assert "accounts/activate/" not in sent.text + page + boss.get(sent.location).text + again.text
    account_id = sent.location.rpartition("/")[2]
    with plain_house.service.database.reading() as connection:
        events, _ = plain_house.service.store.stream(connection, f"account/{account_id}")
    links = [plain_house.service.text(one.link) for one in events if getattr(one, "link", None)]
    assert len(links) == 2
    used = plain_house.browser()
    path = links[1].removeprefix("http://localhost:8000")
    assert used.get(links[0].removeprefix("http://localhost:8000")).status_code == 404
    assert used.submit(path, path, password=PASSWORD, password_again=PASSWORD).status_code == 303


def test_the_interface_mails_an_invitation_too(plain_house, boss):
    token = {"Authorization": f"Bearer {boss.cookie()}"}
    client = plain_house.app.test_client(use_cookies=False)
    made = client.post(
        "/accounts/api/v1/staff",
        json={"display_name": "Nobody Atall", "email": "no@where.example"},
        headers=token,
    )
    assert made.status_code == 201, made.text
    link = client.post(f"/accounts/api/v1/staff/{made.json['id']}/invitation", headers=token)
    assert link.status_code == 200, link.text
    assert (link.json["mailed"], link.json["address"]) == (True, None)
