"""What is taken back is gone at once: roles, passkeys, links, and a closed account's secrets."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from services.accounts.factors.keeping import APPS, RECOVERY, recovery_codes_left
from services.accounts.passkeys.keeping import PASSKEYS_KEPT
from services.accounts.providers import acting
from services.accounts.providers.configuring import Provider
from services.accounts.providers.speaking import Identity
from services.accounts.providers.views import links_of
from services.accounts.staff import acts
from services.accounts.staff.account_state import Holding
from services.accounts.staff.credentials import CREDENTIALS, with_secrets
from services.accounts.staff.views import reader_of
from shared.errors import Forbidden
from shared.service import INSTALLATION_WIDE

from .conftest import PASSWORD, PROGRAMME, Browser, House
from .factors import FACTORS, enrolled, recovery_codes
from .soft_device import SoftDevice
from .test_holds import page_of, shown_link
from .test_passkeys import added, asked, is_in, sign_in
from .test_resetting import ask, choose, mailed

NEW = "/accounts/me/passkeys/new"
PROVIDER = Provider(
    name="partner",
    title="A partner",
    issuer="https://id.partner.example",
    client_id="zanat",
    create=True,
    claim="groups",
    roles=(("field", Holding(role="field_officer", programme=PROGRAMME, region=None)),),
    domains=frozenset({"partner.example"}),
)


def identity(subject: str = "s-1", email: str = "mira@partner.example") -> Identity:
    return Identity(
        provider=PROVIDER,
        subject=subject,
        name="Mira Primer",
        email=email,
        email_verified=True,
        values=frozenset({"field"}),
        proved_at=None,
    )


def system(house: House):
    return house.service.system_context(INSTALLATION_WIDE, cause="test")


def linked(house: House, account_id: str, subject: str = "thief") -> None:
    with_secrets(
        house.service,
        system(house),
        lambda work: acting.link(work, identity(subject), account_id=account_id, by=account_id),
    )


def links(house: House, account_id: str) -> int:
    with house.service.database.reading() as connection:
        return len(links_of(connection, account_id))


def passkey(house: House, browser: Browser, password: str = "") -> SoftDevice:
    device = SoftDevice("localhost", house.service.settings.public_url)
    made = device.make(asked(browser, "to-make", NEW))
    done = browser.submit(NEW, NEW, credential=made, label="x", password_now=password)
    assert done.status_code == 303, done.text
    return device


# Roles


def test_a_role_that_was_taken_back_is_gone_with_the_next_request(house):
    first, bad = house.program("administrator"), house.person("administrator").account_id
    with_secrets(
        house.service,
        system(house),
        lambda work: acts.revoke_role(
            work,
            by="somebody",
            account_id=bad,
            role="administrator",
            programme=None,
            region=None,
        ),
    )
    first.client = house.another_process()
    made = first.post("/staff", {"display_name": "Back Door", "email": "back@door.example"})
    assert (made.status_code, made.json["type"]) == (401, "/problems/token-outdated")


def test_a_browser_goes_on_without_the_role_and_without_signing_in_again(house):
    browser, person = house.signed_in("trainer"), house.person("trainer")
    old = browser.cookie()
    with_secrets(
        house.service,
        system(house),
        lambda work: acts.revoke_role(
            work,
            by="somebody",
            account_id=person.account_id,
            role="trainer",
            programme=PROGRAMME,
            region=None,
        ),
    )
    other = house.another_process()
    other.set_cookie("zanat_session", old)
    page = other.get("/accounts/", follow_redirects=True)
    assert page.status_code == 200 and "You have no role yet" in page.text
    assert other.get_cookie("zanat_session").value != old


def test_nobody_of_staff_is_made_an_applicant(house):
    boss = house.program("administrator")
    made = boss.post("/staff", {"display_name": "Any Body", "email": "mira@example.org"}).json["id"]
    granted = boss.post(
        f"/staff/{made}/roles", {"role": "applicant", "programme": PROGRAMME}, If_Match='"1"'
    )
    assert (granted.status_code, granted.json["type"]) == (409, "/problems/role-of-applicants")
    page = house.signed_in("administrator").get(page_of(made)).text
    assert 'value="applicant"' not in page and 'value="trainer"' in page


# Passkeys and links


def test_removing_a_passkey_ends_what_it_opened_and_the_last_one_ends_its_recovery_codes(
    plain_house,
):
    person = plain_house.person("committee_member")
    owner = plain_house.signed_in("committee_member")
    device = passkey(plain_house, owner, person.password)
    thief, mine = plain_house.browser(), plain_house.browser()
    for browser in (thief, mine):
        sign_in(browser, device.sign(asked(browser, "to-sign-in")))
        assert is_in(browser)
    made = mine.submit(f"{FACTORS}/recovery-codes", FACTORS)
    assert len(recovery_codes(made.text)) == 10
    page = mine.get("/accounts/me/passkeys").text
    link = re.search(r"(/accounts/me/passkeys/[0-9a-f-]{36}/remove)", page)
    assert link is not None
    assert mine.submit(link[1], link[1]).status_code == 303
    assert is_in(mine)
    client = plain_house.another_process()
    client.set_cookie("zanat_session", thief.cookie())
    assert client.get("/accounts/me").status_code != 200
    with plain_house.service.database.reading() as connection:
        assert recovery_codes_left(connection, person.account_id) == 0


def test_recovery_codes_stay_with_another_factor(plain_house):
    holder = enrolled(plain_house, "committee_member")
    passkey(plain_house, holder.browser)
    page = holder.browser.get("/accounts/me/passkeys").text
    link = re.search(r"(/accounts/me/passkeys/[0-9a-f-]{36}/remove)", page)
    assert link is not None
    assert holder.browser.submit(link[1], link[1]).status_code == 303
    with plain_house.service.database.reading() as connection:
        assert recovery_codes_left(connection, holder.persona.account_id) == 10


def test_taking_factors_away_ends_links_too_also_where_there_is_nothing_else(house):
    boss = house.signed_in("administrator")
    who = house.person("finance_controller").account_id
    linked(house, who)
    address = f"{page_of(who)}/factors/reset"
    assert "linked organisations" in boss.get(address).text
    assert boss.submit(address, address).status_code == 303
    assert links(house, who) == 0
    come = with_secrets(house.service, system(house), lambda w: acting.arrive(w, identity("thief")))
    assert come != who


def test_a_new_password_by_a_link_takes_links_and_passkeys_away_and_the_app_stays(plain_house):
    holder = enrolled(plain_house, "trainer")
    person = holder.persona
    device = passkey(plain_house, holder.browser)
    linked(plain_house, person.account_id)
    ask(plain_house, person.email)
    path = mailed(plain_house, person)
    assert "Keep my passkeys and linked organisations" in plain_house.browser().get(path).text
    assert choose(plain_house, path).status_code == 303
    assert links(plain_house, person.account_id) == 0
    thief = plain_house.browser()
    sign_in(thief, device.sign(asked(thief, "to-sign-in")))
    assert not is_in(thief)
    answer = plain_house.browser().sign_in(person.email, PASSWORD)
    assert answer.location.startswith("/accounts/sign-in/code")


def test_they_are_kept_for_whoever_wants_them(plain_house):
    holder = enrolled(plain_house, "trainer")
    device = passkey(plain_house, holder.browser)
    linked(plain_house, holder.persona.account_id)
    ask(plain_house, holder.persona.email)
    path = mailed(plain_house, holder.persona)
    done = plain_house.browser().submit(
        path, path, password=PASSWORD, password_again=PASSWORD, keeps_other_ways="yes"
    )
    assert done.status_code == 303
    assert links(plain_house, holder.persona.account_id) == 1
    browser = plain_house.browser()
    sign_in(browser, device.sign(asked(browser, "to-sign-in")))
    assert is_in(browser)


def test_a_mailbox_alone_gets_past_no_passkey_that_is_the_only_second_factor(house):
    added(house)
    person = house.person("committee_member")
    ask(house, person.email)
    path = mailed(house, person)
    page = house.browser().get(path).text
    assert "Your passkeys stay" in page and "Keep my passkeys" not in page
    assert choose(house, path).status_code == 303
    answer = house.browser().sign_in(person.email, PASSWORD)
    assert answer.location.startswith("/accounts/sign-in/code")


def test_a_closed_accounts_secrets_are_gone(plain_house):
    holder, boss = enrolled(plain_house, "trainer"), enrolled(plain_house, "administrator").browser
    who = holder.persona.account_id
    passkey(plain_house, holder.browser)
    shown_link(boss, who)
    address = f"{page_of(who)}/close"
    version = re.findall(r'name="version" value="(\d+)"', boss.get(address).text)[0]
    for _ in range(2):
        assert boss.submit(address, address, version=version).status_code == 303
    with plain_house.service.database.reading() as connection:
        for table in (APPS, RECOVERY, PASSKEYS_KEPT, CREDENTIALS):
            left = connection.execute(table.select().where(table.c.account_id == who)).all()
            assert left == [], table.name


# Providers


def test_a_provider_speaks_for_its_own_domains_only(house):
    boss = house.program("administrator")
    made = boss.post("/staff", {"display_name": "The Controller", "email": "boss@ministry.example"})
    for email in ("boss@ministry.example", "x@sub.partner.example", "x@notpartner.example"):
        came = identity("s", email)
        with pytest.raises(Forbidden, match="provider-address-elsewhere"):
            with_secrets(house.service, system(house), partial(acting.arrive, identity=came))
    assert boss.get(f"/staff/{made.json['id']}").json["standing"] == "waiting"
    own = with_secrets(house.service, system(house), lambda w: acting.arrive(w, identity()))
    assert boss.get(f"/staff/{own}").json["standing"] == "active"


def test_a_link_of_before_counts_whatever_the_address(house):
    who = house.person("trainer").account_id
    linked(house, who, "elsewhere")
    other = identity("elsewhere", "somebody@elsewhere.example")
    provider = Provider(name="p", title="P", issuer=PROVIDER.issuer, client_id="zanat")
    arrived = with_secrets(
        house.service,
        system(house),
        lambda w: acting.arrive(w, Identity(**{**vars(other), "provider": provider})),
    )
    assert arrived == who


def test_a_factor_that_a_provider_proved_is_fresh_from_when_it_was(house):
    who = house.person("finance_controller").account_id
    proved_at = datetime(2026, 3, 1, 11, 50, 30, tzinfo=UTC)

    def come(work):
        session_id = acts.sign_in(work, who, past_lock=True)
        acts.step_up(work, who, session_id, "provider", proved_at)
        return session_id

    session_id = with_secrets(house.service, system(house), come)
    with house.service.database.reading() as connection:
        found = reader_of(connection, who, session_id, house.clock.now())
    assert found.fresh_at == int(proved_at.timestamp())
    assert house.clock.now() - proved_at > timedelta(minutes=9)
