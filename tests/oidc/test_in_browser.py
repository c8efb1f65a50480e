"""In a real browser: signing in at a real provider and back, linking, and a program's key."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from services.accounts.staff.account_commands import GrantRole
from tests.oidc.conftest import PORT, PROGRAMME, PUBLIC_URL, House, cookie
from tests.pages.visiting import DESKTOP, PHONE, Screen, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.browser]
MINISTRY = "Ministry of Labour"


@pytest.fixture(scope="module")
def served(house: House) -> Iterator[House]:
    """The house, with somebody at its door."""
    server = make_server("localhost", PORT, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield house
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=lambda screen: screen.name)
def visitor(request: pytest.FixtureRequest, browser: Browser, served: House) -> Iterator[Visitor]:
    screen: Screen = request.param
    with Visitor(browser, PUBLIC_URL, screen) as made:
        yield made


def at_the_provider(visitor: Visitor, login: str) -> None:
    visitor.page.locator("input[name=login]").fill(login)
    for _ in range(2):
        with visitor.page.expect_navigation():
            visitor.page.get_by_role("button", name="Go on").click()


def test_one_signs_in_at_the_provider_and_is_where_one_wanted(visitor: Visitor) -> None:
    visitor.open("/accounts/providers")
    assert visitor.title == "Sign in"
    visitor.check()
    visitor.press(f"Sign in by {MINISTRY}")
    at_the_provider(visitor, "guest8")
    assert visitor.path == "/accounts/providers" and "Linked" in visitor.text()
    visitor.check()


def test_whoever_has_no_account_is_told_so_on_a_page(visitor: Visitor) -> None:
    visitor.open("/accounts/sign-in")
    visitor.press(f"Sign in by {MINISTRY}")
    at_the_provider(visitor, "nobody")
    assert visitor.title == f"You were not signed in by {MINISTRY}"
    # The refusal itself is answered with 403, which is no fault of the page.
    assert [one for one in visitor.faults() if not one.startswith("403: GET")] == []
    visitor.press("Go to the sign-in page")
    assert visitor.title == "Sign in"


def test_an_administrator_makes_a_key_and_revokes_it(visitor: Visitor, served: House) -> None:
    screen = str(visitor.page.evaluate("innerWidth"))
    account_id = served.invite(f"keeper-{screen}", active=True)
    served.change(account_id, GrantRole, role="administrator", programme=None)
    token = cookie(served.fresh_browser(account_id), "zanat_session")
    visitor.page.context.add_cookies([{"name": "zanat_session", "value": token, "url": PUBLIC_URL}])
    program_id = served.invite(f"robot-{screen}", kind="program")
    served.change(program_id, GrantRole, role="auditor", programme=PROGRAMME)
    visitor.open("/accounts/programs")
    visitor.check()
    visitor.open(f"/accounts/programs/{program_id}")
    visitor.check()
    visitor.press("Make a key")
    visitor.check()
    visitor.press("Make the key and show it")
    assert "Name the key" in visitor.text()
    visitor.check()
    visitor.fill("What is it for?", "Read the ledger")
    visitor.page.locator("input[value='grants.ledger.read']").check()
    visitor.press("Make the key and show it")
    assert visitor.title == "The key “Read the ledger” is ready"
    key = visitor.page.get_by_label("Key", exact=True).input_value()
    assert key.startswith("zanat_")
    visitor.check()
    visitor.press("Go to the keys")
    visitor.press("Read the ledger")
    visitor.check()
    visitor.press("Revoke the key")
    assert "The key is revoked." in visitor.page.locator("body").inner_text()
    visitor.check()
