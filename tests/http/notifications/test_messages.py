"""What other services do reaches the people whom it concerns, once, and never from history."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta

import pytest

from services.notifications.messages.rendering import KINDS_FOLDER, words
from services.notifications.messages.views import messages
from services.notifications.reactions import REACTION
from shared.access.roles import Role
from shared.due.worker import run_due_once
from shared.identifiers import derived
from shared.privacy.keyring import KeyName

from .conftest import MIRA, NOON

CERTIFICATE = derived("certificate", "RS-2011", "c1", "1")
APPLICATION = derived("application", "RS-2011", "17")
AWARD = derived("award", "RS-2011", "17")
OFFICER = Role.programme_officer


def certificate(house, *, imported: bool = False) -> str:
    return house.arrives(
        "trainings.certificate.issued.v1",
        f"certificate/{CERTIFICATE}",
        certificate_id=CERTIFICATE,
        registration_id=MIRA,
        number="RS-2026-000001",
        course_title="Starting a business",
        issued_on="2026-03-01",
        imported=imported,
    )


def submitted(house) -> str:
    return house.arrives(
        "grants.application.submitted.v1",
        f"application/{APPLICATION}",
        application_id=APPLICATION,
        application_no="RS-17",
        registration_id=MIRA,
        requested={"minor": 12_000_000, "currency": "RSD"},
        version=1,
        submitted_at=NOON.isoformat(),
    )


def invited(house, *, account: str = "a9", mail: bool = True) -> None:
    sealed = {"display_name": ("identity", "Ana Primer")}
    if mail:
        sealed["email"] = ("contact", "ana@example.org")
    house.arrives(
        "accounts.account.invited.v1",
        f"account/{account}",
        programme="-",
        account_id=account,
        kind="staff",
        expires_at=(NOON + timedelta(days=7)).isoformat(),
        **({} if mail else {"email": None}),
        sealed=(account, sealed),
    )


def listed(house, **filters: str) -> list[dict]:
    asker = house.as_reader(OFFICER, programme="RS-2011")
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return asker.get(f"/notifications/api/v1/messages?{query}").json["items"]


def test_every_kind_of_message_has_its_words():
    folders = sorted(path.name for path in KINDS_FOLDER.iterdir())
    from typing import get_args

    from services.notifications.messages.message import Kind

    assert folders == sorted(get_args(Kind))


def test_an_issued_certificate_waits_for_an_officer_who_tells_the_person(house, register):
    register()
    certificate(house)
    (message,) = listed(house, channel="person")
    assert message["kind"] == "certificate_issued" and message["state"] == "waiting"
    page = house.as_reader(OFFICER).get("/notifications/people").text
    assert "Mira Primer" in page and "+381 60 000 0001" in page and "RS-2026-000001" in page


def test_history_sends_nothing(house, register):
    register()
    certificate(house, imported=True)
    assert listed(house) == []


def test_an_event_that_arrives_twice_says_nothing_twice(house, register):
    register()
    certificate(house)
    house.positions["trainings"] -= 1
    certificate(house)
    assert len(listed(house)) == 1


def test_told_is_noted_with_the_version_that_was_seen(house, register):
    register()
    certificate(house)
    (message,) = listed(house)
    asker, address = (
        house.as_reader(OFFICER),
        f"/notifications/api/v1/messages/{message['message_id']}",
    )
    assert asker.post(f"{address}/told", {"means": "phone"}).status_code == 428
    stale = asker.post(f"{address}/told", {"means": "phone"}, If_Match='"7"')
    assert stale.status_code == 412
    done = asker.post(f"{address}/told", {"means": "phone"}, If_Match='"1"', Idempotency_Key="k1")
    assert done.status_code == 200 and done.json["version"] == 2
    again = asker.post(f"{address}/told", {"means": "phone"}, If_Match='"1"', Idempotency_Key="k1")
    assert again.headers["Idempotency-Replayed"] == "true"
    (message,) = listed(house)
    assert (message["state"], message["means"]) == ("sent", "phone")


def test_told_is_noted_on_the_page(house, register):
    register(phone=None)
    certificate(house)
    (message,) = listed(house)
    asker = house.as_reader(OFFICER)
    page = asker.get("/notifications/people").text
    assert "No phone number is known." in page
    done = asker.submit(
        f"/notifications/people/{message['message_id']}",
        "/notifications/people",
        means="in_person",
        version=1,
    )
    assert done.status_code == 303
    assert "Nobody is in this list" in asker.get("/notifications/people").text
    assert "Face to face" in asker.get("/notifications/people?state=sent").text


def test_officers_of_another_programme_hear_nothing(house, register):
    register()
    certificate(house)
    other = house.as_reader(OFFICER, account="a2", programme="BA-2011")
    (message,) = listed(house)
    assert other.get("/notifications/api/v1/messages").json["items"] == []
    refused = other.get(f"/notifications/api/v1/messages/{message['message_id']}")
    assert refused.status_code == 404
    assert "Mira" not in other.get("/notifications/people").text


def test_a_message_to_a_role_is_read_by_each_for_themself(house, register):
    register()
    submitted(house)
    one, two = house.as_reader(OFFICER), house.as_reader(OFFICER, account="a2")
    inbox = "/notifications/api/v1/inbox"
    (message,) = one.get(inbox).json["items"]
    assert message["kind"] == "application_to_check" and "RS-17" in message["subject"]
    read = one.post(f"{inbox}/{message['message_id']}/read")
    assert read.status_code == 200
    assert one.post(f"{inbox}/{message['message_id']}/read").json["version"] == 3
    assert one.get(f"{inbox}?unread=true").json["items"] == []
    assert len(two.get(f"{inbox}?unread=true").json["items"]) == 1


def test_nobody_reads_another_inbox(house, register):
    register()
    submitted(house)
    (message,) = house.as_reader(OFFICER).get("/notifications/api/v1/inbox").json["items"]
    stranger = house.as_reader(Role.trainer, account="a3")
    assert stranger.get("/notifications/api/v1/inbox").json["items"] == []
    for address in ("api/v1/inbox", "messages"):
        found = stranger.get(f"/notifications/{address}/{message['message_id']}")
        assert found.status_code == 404
    assert stranger.get("/notifications/api/v1/inbox/no-id").status_code == 404


def test_the_inbox_page_shows_unread_first_and_empty_states(house, register):
    register()
    asker = house.as_reader(OFFICER)
    assert "There are no messages for you" in asker.get("/notifications/").text
    submitted(house)
    page = asker.get("/notifications/").text
    assert "1 new message" in page and "Application RS-17 waits to be checked" in page
    done = asker.submit("/notifications/read", "/notifications/")
    assert done.status_code == 303
    assert "No new messages" in asker.get("/notifications/").text


def test_the_message_page_links_to_the_record(house, register):
    register()
    submitted(house)
    asker = house.as_reader(OFFICER)
    (message,) = asker.get("/notifications/api/v1/inbox").json["items"]
    page = asker.get(f"/notifications/messages/{message['message_id']}").text
    assert f"/grants/applications/{APPLICATION}" in page and "Mark as read" in page


def test_the_grantee_hears_nothing_of_an_unannounced_visit(house, register):
    register()
    house.arrives(
        "grants.award.offered.v1",
        f"award/{AWARD}",
        award_id=AWARD,
        application_no="RS-17",
        registration_id=MIRA,
        amount={"minor": 100, "currency": "RSD"},
        lapses_on=None,
        imported=True,
    )
    for month, unannounced in ((1, False), (3, True)):
        house.arrives(
            "grants.visit.planned.v1",
            f"visit/v{month}",
            visit_id=f"v{month}",
            award_id=AWARD,
            month=month,
            due_on="2026-04-01",
            unannounced=unannounced,
            visitor=None,
        )
    kinds = sorted((message["kind"], message["about"]) for message in listed(house))
    assert kinds == [
        ("visit_planned", "visit/v1"),
        ("visit_to_make", "visit/v1"),
        ("visit_to_make", "visit/v3"),
    ]


def test_an_invitation_leaves_by_mail_once(house, tmp_path):
    invited(house)
    assert run_due_once(house.service, NOON) == 1
    assert run_due_once(house.service, NOON) == 0
    (path,) = (tmp_path / "outbox").glob("*.eml")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "ana@example.org"
    assert path.stem in mail["Message-ID"] and "Ana" not in path.name
    assert path.stat().st_mode & 0o077 == 0


def test_mail_without_an_address_fails_and_is_shown_to_administrators(house):
    invited(house, mail=False)
    run_due_once(house.service, NOON)
    asker = house.as_reader(Role.administrator, programme="*")
    page = asker.get("/notifications/deliveries").text
    assert "There is no address." in page and "Try again" in page


def test_mail_that_no_server_takes_is_given_up_and_may_be_tried_again(house, monkeypatch):
    from services.notifications.channels.mail import sending

    def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(sending, "hand_over", away)
    invited(house)
    run_due_once(house.service, NOON)
    house.clock.advance(timedelta(days=3))
    run_due_once(house.service, house.clock.now())
    monkeypatch.undo()
    run_due_once(house.service, house.clock.now() + timedelta(days=2))
    asker = house.as_reader(Role.administrator, programme="*")
    page = asker.get("/notifications/deliveries").text
    assert "It was tried until it was too late." in page
    message_id = page.split("/notifications/deliveries/")[1].split("/")[0]
    done = asker.submit(
        f"/notifications/deliveries/{message_id}/again", "/notifications/deliveries", version=2
    )
    assert done.status_code == 303
    run_due_once(house.service, house.clock.now())
    assert "Everything arrived" in asker.get("/notifications/deliveries").text


def test_whoever_was_erased_is_not_written_to(house, register):
    register()
    certificate(house)
    house.service.keyring.destroy([KeyName(MIRA, "contact"), KeyName(MIRA, "identity")])
    submitted(house)
    kinds = [message["kind"] for message in listed(house)]
    assert kinds == ["certificate_issued"]


def test_facts_are_sealed_in_the_log(house, register):
    register()
    certificate(house)
    with house.service.database.reading() as connection:
        raw = b"".join(raw for _, raw in house.service.store.whole_log(connection))
    assert b"RS-2026-000001" not in raw


@pytest.mark.parametrize("language", ["en", "sr_Latn", "sr_Cyrl", "bs", "rom"])
def test_an_erased_message_says_so_in_every_language(language):
    assert words("certificate_issued", None, language).subject


def test_each_event_that_is_read_has_a_reaction():
    assert len(set(REACTION.events)) == len(REACTION.events)


def recorded(house) -> list[tuple[str, str]]:
    with house.service.database.reading() as connection:
        entries = [
            house.service.store.recorded(raw)
            for _, raw in house.service.store.whole_log(connection)
        ]
    return [
        (entry.envelope.type.split(".")[-2], entry.actor)
        for entry in entries
        if ".access." in entry.envelope.type
    ]


def test_looking_at_names_and_phones_is_on_record(house, register):
    register()
    certificate(house)
    house.as_reader(OFFICER, account="a7").get("/notifications/people")
    assert recorded(house) == [("read", "a7")]


def test_a_refusal_is_on_record(house):
    refused = house.as_reader(Role.trainer, account="a8").get("/notifications/people")
    assert refused.status_code == 403
    assert recorded(house) == [("denied", "a8")]


def test_a_link_for_a_new_password_goes_by_mail_alone(house, tmp_path):
    """It is a way into the account: no inbox shows it, and nobody who looks after deliveries."""
    link = "http://localhost:8000/accounts/reset/" + "s" * 43
    invited(house, account="a9")
    until = (NOON + timedelta(hours=1)).isoformat()
    house.arrives(
        "accounts.account.reset_requested.v1",
        "account/a9",
        programme="-",
        account_id="a9",
        expires_at=until,
        sealed=("a9", {"link": ("contact", link)}),
    )
    run_due_once(house.service, NOON)
    mails = [path.read_bytes() for path in (tmp_path / "outbox").glob("*.eml")]
    assert sum(link.encode() in mail.replace(b"=\n", b"") for mail in mails) == 1
    owner = house.as_reader(Role.administrator, account="a9")
    for address in ("/notifications/", "/notifications/deliveries"):
        assert "s" * 43 not in owner.get(address).text
    with house.service.database.reading() as connection:
        rows = messages(connection, frozenset({"*"}), limit=50)
    assert [row.channel for row in rows if row.kind == "password_reset"] == ["mail"]


def test_a_link_that_was_handed_over_is_not_mailed(house, tmp_path):
    invited(house, account="a9")
    run_due_once(house.service, NOON)
    before = len(list((tmp_path / "outbox").glob("*.eml")))
    house.arrives(
        "accounts.account.reset_requested.v1",
        "account/a9",
        programme="-",
        account_id="a9",
        link=None,
        expires_at=(NOON + timedelta(hours=1)).isoformat(),
    )
    run_due_once(house.service, NOON)
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == before


def test_a_lock_that_somebody_keeps_up_is_told_once_a_day(house, tmp_path):
    invited(house, account="a9")
    run_due_once(house.service, NOON)
    before = len(list((tmp_path / "outbox").glob("*.eml")))
    for failures in (5, 10, 15):
        house.arrives(
            "accounts.account.sign_in_failed.v1",
            "account/a9",
            programme="-",
            account_id="a9",
            failures=failures,
            locked_until=(NOON + timedelta(minutes=failures)).isoformat(),
        )
    run_due_once(house.service, NOON)
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == before + 1
