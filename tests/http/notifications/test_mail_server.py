"""Mail goes to the server that ZANAT_MAIL_URL names; its last word counts."""

from __future__ import annotations

import smtplib
from dataclasses import replace

import pytest

from services.notifications.channels.mail import sending
from services.notifications.messages.views import messages
from shared.due.worker import run_due_once

from .conftest import NOON
from .test_messages import invited

URL = "smtp://zanat:p%40ss@mail.example.org:587?from=zanat@example.org"


class Server:
    """Stands in for smtplib.SMTP; remembers, and refuses with the code it is told."""

    def __init__(self) -> None:
        self.refusal: int | None = None
        self.sent: list = []
        self.login_as: tuple[str, str] | None = None
        self.secured = False

    def __call__(self, host: str, port: int, **_: object) -> Server:
        self.address = (host, port)
        return self

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None: ...

    def ehlo(self) -> None: ...

    def has_extn(self, name: str) -> bool:
        return name == "starttls"

    def starttls(self, **_: object) -> None:
        self.secured = True

    def login(self, user: str, password: str) -> None:
        assert self.secured
        self.login_as = (user, password)

    def send_message(self, mail) -> None:
        if self.refusal:
            raise smtplib.SMTPRecipientsRefused({mail["To"]: (self.refusal, b"no")})
        self.sent.append(mail)


@pytest.fixture
def server(house, monkeypatch) -> Server:
    found = Server()
    monkeypatch.setattr(smtplib, "SMTP", found)
    house.service.settings = replace(house.service.settings, mail_url=URL)
    return found


def state(house) -> str:
    with house.service.database.reading() as connection:
        (message,) = messages(connection, {"*"}, limit=9)
    return message.state if message.ground is None else f"{message.state}: {message.ground}"


def test_mail_is_handed_over_encrypted_where_offered(house, server):
    invited(house)
    run_due_once(house.service, NOON)
    assert server.address == ("mail.example.org", 587)
    assert server.login_as == ("zanat", "p@ss")
    assert server.sent[0]["From"] == "zanat@example.org"
    assert state(house) == "sent"


@pytest.mark.parametrize(("code", "outcome"), [(550, "failed: refused"), (451, "waiting")])
def test_a_lasting_refusal_fails_and_a_passing_one_is_tried_again(house, server, code, outcome):
    server.refusal = code
    invited(house)
    run_due_once(house.service, NOON)
    assert state(house) == outcome


def test_another_scheme_is_refused(house):
    settings = replace(house.service.settings, mail_url="http://mail.example.org")
    with pytest.raises(ValueError, match="ZANAT_MAIL_URL"):
        sending.mail_server(settings)
