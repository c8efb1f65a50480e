"""A code goes to a phone by the gateway of ZANAT_SMS_URL; no list, page or log tells it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.notifications.channels.sms.gateway import Gateway
from services.notifications.channels.sms.gsm import ALPHABET, LENGTH_MAX, TextTooLong, plain, short
from services.notifications.messages.facts import pack
from services.notifications.messages.rendering import in_groups, text_words
from services.notifications.messages.views import messages
from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.language.languages import LANGUAGES
from shared.privacy.keyring import KeyName

from .conftest import MIRA, NOON

PHONE = "+381601234567"
CODE = "48291357"
CODE_ID = "01960000-0000-7000-8000-000000000001"


@dataclass
class GatewayServer:
    """A gateway on this machine: keeps what it was sent, and answers as it is told."""

    status: int = 202
    location: str = ""
    taken: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def gateway(house, tmp_path: Path) -> Iterator[GatewayServer]:
    found = GatewayServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.taken.append((dict(self.headers), body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/messages"
    secret = tmp_path / "sms.token"
    secret.write_text("a secret of the gateway\n")
    house.service.settings = replace(
        house.service.settings, sms_url=found.url, sms_token_file=secret
    )
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def code_made(house, *, channel: str = "sms", address: str = PHONE) -> None:
    house.arrives(
        "accounts.sign_in_code.made.v1",
        f"sign_in_code/{CODE_ID}",
        code_id=CODE_ID,
        registration_id=MIRA,
        channel=channel,
        expires_at=NOON + timedelta(minutes=10),
        language="sr_Latn",
        sealed=(MIRA, {"address": ("contact", address), "code": ("contact", CODE)}),
    )


def only_message(house):
    with house.service.database.reading() as connection:
        (found,) = messages(connection, {"*"}, limit=9)
    return found


def outbox(house) -> list[Path]:
    return sorted((house.service.settings.home / "outbox").glob("*"))


def test_a_code_is_posted_with_token_and_key(house, register, gateway):
    register()
    code_made(house)
    run_due_once(house.service, NOON)
    ((headers, body),) = gateway.taken
    assert headers["Authorization"] == "Bearer a secret of the gateway"
    assert headers["Idempotency-Key"] == only_message(house).message_id
    assert body["to"] == PHONE
    assert body["text"].endswith(f"@localhost #{CODE}")
    assert len(body["text"]) <= LENGTH_MAX and set(body["text"]) <= ALPHABET
    assert (only_message(house).state, only_message(house).means) == ("sent", "sms")


def test_the_code_is_in_no_list_no_page_and_no_log(house, register, gateway, capfd):
    register()
    code_made(house)
    run_due_once(house.service, NOON)
    assert only_message(house).facts is None
    officer = house.as_reader(Role.programme_officer)
    administrator = house.as_reader(Role.administrator, programme="*")
    pages = [
        officer.get("/notifications/people?state=sent").text,
        officer.get("/notifications/api/v1/messages").text,
        administrator.get("/notifications/deliveries").text,
        officer.get("/notifications/").text,
    ]
    said = "".join(capfd.readouterr())
    assert not [
        page for page in (*pages, said) if CODE in page or PHONE in page or in_groups(CODE) in page
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "failed"), (403, "failed"), (408, "waiting"), (429, "waiting"), (503, "waiting")],
)
def test_a_lasting_refusal_fails_and_a_passing_one_is_tried_again(
    house, register, gateway, status, outcome
):
    register()
    code_made(house)
    gateway.status = status
    run_due_once(house.service, NOON)
    assert only_message(house).state == outcome
    gateway.status = 202
    run_due_once(house.service, NOON + timedelta(seconds=30))
    assert only_message(house).state == ("sent" if outcome == "waiting" else "failed")
    keys = {headers["Idempotency-Key"] for headers, _ in gateway.taken}
    assert len(keys) == 1


def test_a_redirect_is_not_followed(house, register, gateway):
    register()
    code_made(house)
    gateway.status, gateway.location = 307, gateway.url
    run_due_once(house.service, NOON)
    assert len(gateway.taken) == 1
    assert only_message(house).state == "waiting"


def test_a_code_that_is_too_old_is_not_sent(house, register, gateway):
    register()
    code_made(house)
    house.clock.moment = NOON + timedelta(minutes=11)
    run_due_once(house.service, house.clock.moment)
    assert gateway.taken == []
    assert (only_message(house).state, only_message(house).ground) == ("failed", "given_up")


def test_a_code_of_somebody_erased_meanwhile_is_not_sent(house, register, gateway):
    register()
    code_made(house)
    house.service.keyring.destroy([KeyName(MIRA, "contact")])
    run_due_once(house.service, NOON)
    assert gateway.taken == []
    assert only_message(house).ground == "no_address"


def test_without_a_gateway_it_lies_in_the_outbox(house, register):
    register()
    code_made(house)
    run_due_once(house.service, NOON)
    (file,) = outbox(house)
    assert file.name == f"{only_message(house).message_id}.sms"
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text())["to"] == PHONE


def test_a_code_for_an_address_goes_by_mail(house, register):
    register()
    code_made(house, channel="mail", address="mira@example.org")
    run_due_once(house.service, NOON)
    (file,) = outbox(house)
    text = file.read_text()
    assert file.suffix == ".eml" and "To: mira@example.org" in text
    assert in_groups(CODE) in text
    assert only_message(house).facts is None


def test_an_applicant_reads_what_an_officer_would_have_told_them(house, register):
    register()
    house.arrives(
        "trainings.certificate.issued.v1",
        "certificate/c1",
        certificate_id="c1",
        registration_id=MIRA,
        number="RS-2026-000001",
        course_title="Starting a small business",
        issued_on=NOON.date(),
    )
    mira = house.as_applicant(MIRA, account="mira")
    other = house.as_applicant("r-other", account="other")
    message_id = only_message(house).message_id
    assert "RS-2026-000001" in mira.get("/notifications/").text
    assert "RS-2026-000001" not in other.get("/notifications/").text
    assert other.get(f"/notifications/messages/{message_id}").status_code == 404
    read = f"/notifications/messages/{message_id}/read"
    answer = mira.submit(read, f"/notifications/messages/{message_id}")
    assert answer.status_code == 303
    assert (only_message(house).state, only_message(house).means) == ("sent", "inbox")
    officer = house.as_reader(Role.programme_officer)
    assert "RS-2026-000001" not in officer.get("/notifications/people").text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_fits_into_one_text(language):
    text = short(text_words("sign_in_code", pack({"code": CODE}), language))
    assert in_groups(CODE) == "4829 1357" and in_groups(CODE) in text and "?" not in text


def test_letters_that_no_phone_shows_are_written_otherwise():
    assert plain("Шабац, Đurđevdan, Žčć") == "Sabac, Djurdjevdan, Zcc"
    with pytest.raises(TextTooLong):
        short("a" * 161)


@pytest.mark.parametrize("url", ["http://gateway.example.org/", "ftp://127.0.0.1/", "https://"])
def test_numbers_travel_over_https_only(url):
    with pytest.raises(ValueError, match="ZANAT_SMS_URL"):
        Gateway(url)
