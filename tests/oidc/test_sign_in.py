"""People sign in by their organisation: whose account they get, with which roles, and who not."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.accounts.staff.account_commands import GrantRole, Reinstate, RevokeRole, Suspend
from services.accounts.staff.credentials import with_secrets
from services.accounts.standing.acts import close
from shared.events.work import Work
from shared.web.composing import token_verifier
from tests.http.accounts.conftest import Browser
from tests.oidc.conftest import (
    BACK,
    PASSWORD,
    PROGRAMME,
    PUBLIC_URL,
    House,
    cookie,
    parameter,
    with_parameters,
)

SIGN_IN = "/accounts/sign-in"
OWN = "/accounts/providers"
MINISTRY = "Ministry of Labour"


def test_the_sign_in_page_has_a_button_for_each_provider(house: House) -> None:
    page = house.browser().get(f"{SIGN_IN}?next=/accounts/me").text
    assert f"Sign in by {MINISTRY}" in page and "Sign in by Somebody who is away" in page
    assert "/accounts/providers/ministry/begin?next=/accounts/me" in page


def test_leaving_asks_by_the_book(house: House) -> None:
    gone = house.browser().get(f"{OWN}/ministry/begin?next=https://evil.example/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(gone.location).query).items()}
    assert asked["response_type"] == "code" and asked["client_id"] == "zanat"
    assert asked["redirect_uri"] == BACK and "openid" in asked["scope"].split()
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43
    cookie = gone.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie


def test_an_invited_person_uses_the_invitation_by_signing_in(house: House) -> None:
    account_id = house.invite("invited")
    browser = house.session("invited")
    assert house.account_of(browser) == account_id
    assert house.account(account_id).standing == "active"
    assert browser.get("/accounts/me").status_code == 200
    again = house.session("invited")
    assert house.account_of(again) == account_id
    told = house.told(f"provider_link/{account_id}")
    assert told == [("ProviderLinked", "system/accounts")]
    subjects = house.service.settings.home.rglob("accounts.sqlite3*")
    assert not any(b"ministry/invited" in path.read_bytes() for path in subjects)


def test_whoever_has_no_account_and_no_role_is_told_what_to_do(house: House) -> None:
    refused = house.come("nobody")
    assert refused.status_code == 403
    assert "you have no account here" in refused.text and MINISTRY in refused.text
    assert "Go to the sign-in page" in refused.text


def test_an_account_is_made_for_whom_a_role_follows(house: House) -> None:
    browser = house.session("trainer")
    account_id = house.account_of(browser)
    assert house.roles(account_id) == {"trainer"}
    assert house.account(account_id).email == "trainer@example.org"
    granted = [one for one in house.told(f"account/{account_id}") if one[0] == "RoleGranted"]
    assert granted == [("RoleGranted", "system/accounts")]


def test_roles_follow_the_claims_at_each_sign_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = house.account_of(house.session("mover"))
    house.change(account_id, GrantRole, role="field_officer", programme=PROGRAMME)
    house.change(account_id, RevokeRole, role="trainer", programme=PROGRAMME)
    assert house.roles(account_id) == {"field_officer"}
    house.session("mover")
    assert house.roles(account_id) == {"field_officer", "trainer"}
    # Now the ministry has moved her: the claim that the mapping knows is another one.
    talk = house.app.extensions["zanat.accounts.providers"]["ministry"]
    moved = [(value.replace("trainers", "x"), held) for value, held in talk.provider.roles]
    monkeypatch.setattr(talk, "provider", replace(talk.provider, roles=tuple(moved)))
    house.session("mover")
    assert house.roles(account_id) == {"field_officer"}


def test_roles_that_exclude_each_other_are_refused_in_words(house: House) -> None:
    refused = house.come("both")
    assert refused.status_code == 403
    assert "Finance officer" in refused.text and "Committee member" in refused.text
    account_id = house.account_of(house.session("torn"))
    assert house.roles(account_id) == {"finance_officer"}
    house.change(account_id, RevokeRole, role="finance_officer", programme=PROGRAMME)
    house.change(account_id, GrantRole, role="committee_member", programme=PROGRAMME)
    # What the provider decides about is taken back first, so that she moves and is not refused.
    house.session("torn")
    assert house.roles(account_id) == {"finance_officer"}
    house.change(account_id, RevokeRole, role="finance_officer", programme=PROGRAMME)
    house.change(account_id, GrantRole, role="auditor", programme=PROGRAMME)
    page = house.come("torn")
    assert page.status_code == 403 and "Auditor" in page.text
    assert "Nobody is both" in page.text
    assert house.roles(account_id) == {"auditor"}


def test_an_address_that_nobody_verified_is_nobody_s(house: House) -> None:
    refused = house.come("unverified")
    assert refused.status_code == 403
    assert "does not confirm your e-mail address" in refused.text


def test_an_account_with_a_password_is_linked_only_by_its_owner(house: House) -> None:
    account_id = house.invite("owner", active=True)
    refused = house.come("owner")
    assert refused.status_code == 409
    assert "Sign in to it as you did until now, then link" in refused.text
    assert house.told(f"provider_link/{account_id}") == []
    browser = house.browser()
    assert browser.sign_in("owner@example.org", PASSWORD).status_code == 303


def linked(house: House, account_id: str, login: str) -> tuple[Browser, Any]:
    """An account that its owner links with who they are at the provider."""
    session = house.browser()
    name = house.account(account_id).email
    assert session.sign_in(name, PASSWORD).status_code == 303
    browser = house.fresh_browser(account_id, house.me(session)["session_id"])
    page = browser.submit(f"{OWN}/ministry/link", OWN)
    assert page.status_code == 200, page.text
    address = page.text.split(f'href="{house.provider.issuer}')[1].split('"')[0]
    address = house.provider.issuer + address.replace("&amp;", "&")
    back = house.provider.visit(address, login, back=BACK)
    return browser, browser.get(back.removeprefix(PUBLIC_URL))


def test_a_signed_in_person_links_and_unlinks(house: House) -> None:
    account_id = house.invite("linker", active=True)
    browser, done = linked(house, account_id, "linker")
    assert (done.status_code, done.location) == (303, OWN)
    page = browser.get(OWN).text
    assert "Your account is linked." in page and "Linked" in page
    assert house.account_of(house.session("linker")) == account_id
    ended = browser.submit(f"{OWN}/ministry/unlink", OWN)
    assert ended.status_code == 303 and "The link has ended." in browser.get(OWN).text
    assert house.come("linker").status_code == 409
    _, again = linked(house, account_id, "linker")
    assert again.status_code == 303


def test_nobody_is_two_accounts_at_one_provider(house: House) -> None:
    first = house.invite("second", active=True)
    _, done = linked(house, first, "second")
    assert done.status_code == 303
    other = house.invite("somebody-else", active=True)
    _, refused = linked(house, other, "second")
    assert refused.status_code == 409
    assert "Another account here belongs to you" in refused.text


def test_linking_asks_for_a_fresh_second_factor(house: House) -> None:
    browser = house.session("guest0")
    asked = browser.submit(f"{OWN}/ministry/link", OWN)
    assert asked.status_code in (303, 307) and "step-up" in asked.location


def test_whoever_only_signs_in_by_a_provider_keeps_it(house: House) -> None:
    browser = house.session("guest1")
    refused = browser.submit(f"{OWN}/ministry/unlink", OWN)
    assert refused.status_code == 409
    assert "Choose a password first." in refused.text


def test_a_link_comes_back_to_the_session_that_left(house: House) -> None:
    account_id = house.invite("leaver", active=True)
    browser = house.fresh_browser(account_id)
    page = browser.submit(f"{OWN}/ministry/link", OWN)
    address = page.text.split(f'href="{house.provider.issuer}')[1].split('"')[0]
    address = house.provider.issuer + address.replace("&amp;", "&")
    back = house.provider.visit(address, "guest2", back=BACK)
    browser.client.delete_cookie("zanat_session")
    refused = browser.get(back.removeprefix(PUBLIC_URL))
    assert refused.status_code == 400 and "not signed in as before" in refused.text
    assert house.told(f"provider_link/{account_id}") == []


def test_a_suspended_account_is_refused_and_comes_back(house: House) -> None:
    account_id = house.account_of(house.session("suspended"))
    house.change(account_id, Suspend, reason="left")
    refused = house.come("suspended")
    assert refused.status_code == 403 and "Your account is suspended." in refused.text
    house.change(account_id, Reinstate)
    house.session("suspended")


def test_whoever_had_an_account_that_was_closed_comes_as_somebody_new(house: House) -> None:
    account_id = house.account_of(house.session("guest8"))

    def end(work: Work) -> None:
        close(work, by="somebody", account_id=account_id, version=None)

    with_secrets(house.service, house.by_system(account_id), end)
    again = house.account_of(house.session("guest8"))
    assert again != account_id and house.account(account_id).standing == "closed"
    assert house.told(f"provider_link/{account_id}")[-1][0] == "ProviderUnlinked"


def test_a_program_is_nobody_s_account(house: House) -> None:
    house.invite("robot", kind="program")
    assert house.come("robot").status_code == 409


def test_signing_out_ends_our_session_only(house: House) -> None:
    browser = house.session("guest3")
    done = browser.submit("/accounts/sign-out", "/accounts/me")
    assert done.location == SIGN_IN and browser.get("/accounts/me").status_code == 302
    house.session("guest3")


@pytest.mark.parametrize(("login", "fresh"), [("gold", True), ("token", True), ("plain", False)])
def test_a_second_factor_counts_as_the_provider_proved_it(
    house: House, login: str, fresh: bool
) -> None:
    browser = house.session(login)
    token = cookie(browser, "zanat_session")
    found = token_verifier(house.service).verify(token).fresh_at
    assert (found is not None) is fresh
    told = house.told(f"account/{house.account_of(browser)}")
    assert ("SteppedUp" in [what for what, _ in told]) is fresh


# What must not be


def test_coming_back_twice_is_refused(house: House) -> None:
    browser = house.browser()
    left = house.leave(browser)
    kept = cookie(browser, "zanat_provider")
    back = house.provider.visit(left, "guest4", back=BACK).removeprefix(PUBLIC_URL)
    assert browser.get(back).status_code == 303
    browser.client.set_cookie("zanat_provider", kept)
    again = browser.get(back)
    assert again.status_code == 400 and "used already" in again.text


@pytest.mark.parametrize("state", ["", "another", "a" * 43])
def test_a_wrong_state_is_refused(house: House, state: str) -> None:
    browser = house.browser()
    back = house.provider.visit(house.leave(browser), "guest5", back=BACK)
    wrong = with_parameters(back, state=state).removeprefix(PUBLIC_URL)
    refused = browser.get(wrong)
    assert refused.status_code == 400 and "Begin again." in refused.text
    assert browser.client.get_cookie("zanat_session") is None


def test_the_answer_to_somebody_else_s_browser_is_refused(house: House) -> None:
    """Nobody is signed in as the one who sends them a link to come back by."""
    attacker, victim = house.browser(), house.browser()
    back = house.provider.visit(house.leave(attacker), "guest5", back=BACK)
    for begun in (False, True):
        if begun:
            house.leave(victim)
        refused = victim.get(back.removeprefix(PUBLIC_URL))
        assert refused.status_code == 400
        assert victim.client.get_cookie("zanat_session") is None


def test_a_cookie_that_we_did_not_sign_is_refused(house: House) -> None:
    browser = house.browser()
    left = house.leave(browser)
    kept = cookie(browser, "zanat_provider")
    back = house.provider.visit(left, "guest5", back=BACK).removeprefix(PUBLIC_URL)
    text, _, signature = kept.rpartition(".")
    forged = base64.urlsafe_b64encode(base64.urlsafe_b64decode(text).replace(b"me", b"xy")).decode()
    for sent in (f"{forged}.{signature}", f"{text}.{'0' * 64}", text, "x" * 3500, "ž.1"):
        browser.client.set_cookie("zanat_provider", sent)
        assert browser.get(back).status_code == 400


def test_a_wrong_nonce_is_refused(house: House) -> None:
    """An ID token that was made for another sign-in."""
    refused = house.come("guest6", nonce="of-another-sign-in")
    assert refused.status_code == 502 and "could not be confirmed" in refused.text


def test_a_code_serves_once(house: House) -> None:
    first, second = house.browser(), house.browser()
    back = house.provider.visit(house.leave(first), "guest6", back=BACK)
    assert first.get(back.removeprefix(PUBLIC_URL)).status_code == 303
    other = house.leave(second)
    replayed = with_parameters(back, state=parameter(other, "state"))
    refused = second.get(replayed.removeprefix(PUBLIC_URL))
    assert refused.status_code == 502
    assert second.client.get_cookie("zanat_session") is None


def test_a_code_that_was_stolen_is_worth_nothing_without_its_verifier(house: House) -> None:
    """Injected into the thief's own sign-in, it is refused for its PKCE challenge."""
    victim, thief = house.browser(), house.browser()
    stolen = house.provider.visit(house.leave(victim), "guest6", back=BACK)
    own = house.leave(thief)
    injected = with_parameters(stolen, state=parameter(own, "state"))
    refused = thief.get(injected.removeprefix(PUBLIC_URL))
    assert refused.status_code == 502
    assert thief.client.get_cookie("zanat_session") is None


def test_without_a_challenge_the_provider_lets_nobody_on(house: House) -> None:
    browser = house.browser()
    left = house.leave(browser, code_challenge="", code_challenge_method="")
    back = house.provider.visit(left, "guest6", back=BACK)
    assert parameter(back, "error") == "invalid_request"
    refused = browser.get(back.removeprefix(PUBLIC_URL))
    assert refused.status_code == 400 and "Nothing happened." in refused.text


def test_a_weaker_challenge_is_refused(house: House) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    browser = house.browser()
    left = house.leave(browser, code_challenge=challenge.rstrip(b"=").decode())
    back = house.provider.visit(left, "guest6", back=BACK)
    assert browser.get(back.removeprefix(PUBLIC_URL)).status_code == 502


def test_a_code_of_another_client_is_refused(house: House) -> None:
    refused = house.come("guest7", client_id="another")
    assert refused.status_code == 502
    assert "could not be confirmed" in refused.text


def test_an_answer_of_another_issuer_is_refused(house: House) -> None:
    browser = house.browser()
    back = house.provider.visit(house.leave(browser), "guest7", back=BACK)
    for issuer in ("https://evil.example", ""):
        again = house.browser()
        again.client.set_cookie("zanat_provider", cookie(browser, "zanat_provider"))
        mixed = with_parameters(back, iss=issuer).removeprefix(PUBLIC_URL)
        refused = again.get(mixed)
        assert refused.status_code in (400, 502), issuer
        assert again.client.get_cookie("zanat_session") is None


def test_whoever_turns_back_is_told_that_nothing_happened(house: House) -> None:
    browser = house.browser()
    left = house.leave(browser)
    issuer, state = house.provider.issuer, parameter(left, "state")
    page = browser.get(
        f"{OWN}/ministry/callback?error=access_denied&state={state}&iss={issuer}"
        "&error_description=<script>alert(1)</script>"
    )
    assert page.status_code == 400 and "you turned back" in page.text
    assert "<script>alert" not in page.text


def test_a_provider_that_does_not_answer_becomes_a_page(house: House) -> None:
    browser = house.browser()
    for _ in range(2):
        page = browser.get(f"{OWN}/away/begin")
        assert page.status_code == 502
        assert "Somebody who is away does not answer" in page.text
    assert browser.get(SIGN_IN).status_code == 200


def test_an_unknown_provider_is_not_there(house: House) -> None:
    for address in ("begin", "callback"):
        assert house.browser().get(f"{OWN}/nobody/{address}").status_code == 404
