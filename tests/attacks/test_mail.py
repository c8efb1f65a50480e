"""Nobody writes a header, a recipient or a second mail by what they are called."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.channels.mail.sending import compose
from services.notifications.messages.views import Shown
from shared.due.worker import run_due_once
from tests.interface.home import Home

from .smtp import MailServer

NAMES = (
    "Mira\r\nBcc: all@evil.example",
    "Mira\nBcc: all@evil.example",
    "Mira\n.\nMAIL FROM:<evil@evil.example>",
    "Mira\r\n.\r\nQUIT\r\n",
    "Mira\u2028Bcc: all@evil.example",
    "Mira\x00Bcc: all@evil.example",
    "=?utf-8?q?Mira=0D=0ABcc:_all=40evil.example?=",
    "Mira <all@evil.example>,",
)
ADDRESSES = (
    "mira@example.org\r\nBcc: all@evil.example",
    "mira@example.org,all@evil.example",
    "mira@example.org;all@evil.example",
    "mira@example.org all@evil.example",
    "Mira <mira@example.org>, <all@evil.example>",
    "mira@example.org>\r\nRCPT TO:<all@evil.example",
    "mira@example.org%0d%0aBcc:all@evil.example",
    '"a@evil.example, b"@example.org',
    "@evil.example:mira@example.org",
    "group:mira@example.org,all@evil.example;",
)


def invite(home: Home, address: str, name: str) -> int:
    answer = home.client("accounts").post(
        "/accounts/api/v1/staff",
        json={"email": address, "display_name": name},
        headers=home.headers,
    )
    assert answer.status_code in (201, 400, 422), answer.text
    return int(answer.status_code)


@pytest.fixture
def server(home: Home):
    notifications = home.installation.services["notifications"]
    before = notifications.settings
    with MailServer() as made:
        notifications.settings = replace(before, mail_url=made.url)
        yield made
        notifications.settings = before


def sent(home: Home) -> None:
    """Everything that waits goes out."""
    home.installation.wait_until_caught_up()
    notifications = home.installation.services["notifications"]
    run_due_once(notifications, notifications.clock.now() + timedelta(seconds=1))


def test_names_and_addresses_write_no_mail_of_their_own(home: Home, server: MailServer) -> None:
    sent(home)
    server.mails.clear()
    assert invite(home, "plain@example.org", "Mira Primer") == 201
    for number, name in enumerate(NAMES):
        invite(home, f"named-{number}@example.org", name)
    taken = [one for one in ADDRESSES if invite(home, one, "Mira Primer") == 201]
    sent(home)
    assert server.mails
    for mail in server.mails:
        assert len(mail.recipients) == 1, mail.recipients
        assert "evil.example" not in mail.recipients[0].rpartition("@")[2]
        parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
        assert set(parsed.keys()) == {
            *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
            *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
        }
        assert "evil.example" not in str(parsed["Subject"])
        assert str(parsed["From"]) == "zanat@example.org"
    assert {one for one in taken if "," in one or " " in one} == set()


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_got_in_otherwise_is_one_address_or_none(home: Home, address: str) -> None:
    """Such as from a register of before, which nobody typed here."""
    service = home.installation.services["notifications"]
    shown = Shown(
        message_id="0192f000-0000-7000-8000-00000000dead",
        programme="-",
        kind="account_invited",
        recipient_kind="staff",
        recipient_id="a",
        channel="mail",
        about="account/a",
        facts="{}",
        language="en",
        state="waiting",
        means=None,
        ground=None,
        queued_at=service.clock.now(),
        settled_at=None,
        version=1,
    )
    with pytest.raises(ValueError, match="address"):
        compose(service.settings, shown, "Mira", address, now=service.clock.now())
