"""The language that a reader chooses is remembered, and every page offers the others."""

from __future__ import annotations

import html
import re

import pytest

from shared.language.languages import LANGUAGES

from .conftest import hidden


def offered(page: str) -> dict[str, str]:
    """Tag → address, as the page's foot links to other languages."""
    links = re.findall(r'<a [^>]*hreflang="([^"]+)" href="([^"]+)"', page)
    return {tag: html.unescape(address) for tag, address in links}


def test_a_chosen_language_is_remembered(house):
    browser = house.browser()
    assert '<html lang="en"' in browser.get("/accounts/sign-in").text
    for language in LANGUAGES.values():
        chosen = browser.get(f"/accounts/language/{language.code}?next=/accounts/sign-in")
        assert (chosen.status_code, chosen.location) == (303, "/accounts/sign-in")
        cookie = browser.client.get_cookie("zanat_language")
        assert cookie.value == language.code and cookie.max_age == 365 * 24 * 3600
        page = browser.get("/accounts/sign-in", Accept_Language="en").text
        assert f'<html lang="{language.tag}"' in page
    assert browser.get("/accounts/language/xx").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/accounts/", "/accounts/me", "/accounts/staff?role=trainer", "/accounts/staff/invite"],
)
def test_every_page_links_to_itself_in_the_other_languages(house, address):
    browser = house.signed_in("administrator")
    links = offered(browser.get(address).text)
    assert set(links) == {one.tag for one in LANGUAGES.values()} - {"en"}
    chosen = browser.get(links["sr-Latn"])
    assert chosen.status_code == 303
    page = browser.get(chosen.location)
    assert chosen.location == address and '<html lang="sr-Latn"' in page.text
    assert "sr-Latn" not in offered(page.text) and "en" in offered(page.text)


def test_a_form_with_errors_links_to_its_page(house):
    browser = house.browser()
    address = "/accounts/sign-in?next=/accounts/me"
    token = hidden(browser.get(address).text, "csrf_token")
    answer = browser.client.post(
        "/accounts/sign-in",
        data={"csrf_token": token, "account": "ana@example.org"},
        headers={"Referer": f"http://localhost{address}"},
    )
    assert answer.status_code == 422
    chosen = browser.get(offered(answer.text)["bs"])
    assert chosen.location == address
