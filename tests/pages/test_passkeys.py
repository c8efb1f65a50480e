"""A passkey is added, signs its owner in and proves them, in a real browser with a device in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession

from tests.pages.serving import serving
from tests.pages.visiting import DESKTOP, PHONE, Screen, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
]
SASA = "Saša Đorđević"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The server under the name that passkeys need; a browser gives none to a number."""
    with serving(home) as found:
        yield found.replace("127.0.0.1", "localhost")


@pytest.fixture(params=[DESKTOP, PHONE], ids=lambda screen: screen.name)
def visitor(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visitor]:
    screen: Screen = request.param
    with Visitor(browser, address, screen) as found:
        yield found


class Device:
    """A security key or telephone that Chromium plays, held by whoever it should be or not."""

    def __init__(self, visitor: Visitor, *, verified: bool = True) -> None:
        self.session: CDPSession = visitor.page.context.new_cdp_session(visitor.page)
        self.session.send("WebAuthn.enable")
        made: dict[str, Any] = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": verified,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.name = made["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """The keys that it holds."""
        found: dict[str, Any] = self.session.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.name}
        )
        return list(found["credentials"])

    def held_by_another(self) -> None:
        """The finger does not fit any more."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.name, "isUserVerified": False}
        )


def add_passkey(visitor: Visitor, label: str) -> None:
    visitor.open("/accounts/me/passkeys/new")
    visitor.check()
    visitor.press("It is me")
    visitor.check()
    visitor.fill("Name of the device", label)
    visitor.press("Make the passkey")


def test_a_passkey_is_added_and_signs_in(visitor: Visitor) -> None:
    device = Device(visitor)
    visitor.sign_in(SASA)
    add_passkey(visitor, "My telephone")
    assert visitor.path == "/accounts/me/passkeys", visitor.text()
    visitor.check()
    assert len(device.credentials()) == 1
    assert visitor.rows("Passkeys that open your account")[-1][0] == "My telephone"

    visitor.page.context.clear_cookies()
    visitor.open("/accounts/sign-in?next=/accounts/me/passkeys")
    visitor.check()
    visitor.press("Sign in with a passkey")
    assert visitor.path == "/accounts/me/passkeys"
    assert visitor.rows("Passkeys that open your account")[-1][2] != "Never"
    # Whoever came by a passkey proved a second factor with it: removing needs no other proof.
    visitor.page.get_by_role("link", name="Remove My telephone").last.click()
    assert visitor.title == "Remove this passkey?"
    visitor.check()
    visitor.press("Remove the passkey")
    assert "The passkey is removed" in visitor.text()
    visitor.page.context.clear_cookies()
    visitor.open("/accounts/sign-in")
    visitor.press("Sign in with a passkey")
    assert "This passkey was not accepted" in visitor.text()
    assert visitor.path.startswith("/accounts/sign-in")


def test_a_passkey_proves_who_is_signed_in_and_the_form_goes_on(visitor: Visitor) -> None:
    Device(visitor)
    visitor.sign_in(SASA)
    add_passkey(visitor, "Step")
    visitor.page.context.clear_cookies()
    # An invented person signs in by a button, which proves nothing: what comes next asks.
    visitor.sign_in(SASA)
    visitor.open("/accounts/me/passkeys")
    visitor.page.get_by_role("link", name="Remove Step").last.click()
    assert visitor.title == "Prove that it is you"
    visitor.check()
    visitor.press("Go on with a passkey")
    assert visitor.title == "Remove this passkey?"
    visitor.press("Remove the passkey")
    assert "The passkey is removed" in visitor.text()


def test_a_device_held_by_somebody_else_opens_nothing(visitor: Visitor) -> None:
    device = Device(visitor)
    visitor.sign_in(SASA)
    add_passkey(visitor, "Key")
    device.held_by_another()
    visitor.page.context.clear_cookies()
    visitor.open("/accounts/sign-in")
    assert "The device did not answer" not in visitor.text()
    visitor.page.get_by_role("button", name="Sign in with a passkey").click()
    visitor.page.get_by_role("alert").wait_for()
    assert "The device did not answer" in visitor.text()
    visitor.open("/accounts/me")
    assert visitor.path.startswith("/accounts/sign-in")


def test_without_scripts_the_password_stays(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/sign-in")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert page.get_by_label("Password", exact=True).is_visible()
    context.close()
