"""Who hears of it when somebody's account may be another's now, or may do more."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta

import pytest

from services.notifications.messages.facts import pack
from services.notifications.messages.rendering import words
from services.notifications.messages.views import messages
from services.notifications.queueing import LANGUAGE_DEFAULT
from shared.access.roles import Role
from shared.due.worker import run_due_once

from .conftest import NOON
from .test_messages import invited

VICTIM, BOSS, SECOND, AUDITOR = "a9", "b1", "b2", "b3"
EVERYBODY = [("inbox", SECOND), ("inbox", AUDITOR), ("mail", SECOND), ("mail", AUDITOR)]


def granted(house, account, role, programme="RS-2011", *, actor=BOSS, event="role_granted"):
    house.arrives(
        f"accounts.account.{event}.v1",
        f"account/{account}",
        programme="-",
        actor=actor,
        more={"account_id": account, "role": role, "programme": programme, "region": None},
    )


def held(house, ground):
    house.arrives(
        "accounts.account.hold_placed.v1",
        f"account/{VICTIM}",
        programme="-",
        actor=BOSS,
        account_id=VICTIM,
        ground=ground,
        by=BOSS,
        placed_at=NOON.isoformat(),
        until=(NOON + timedelta(hours=72)).isoformat(),
    )


@pytest.fixture
def people(house):
    """An administrator who acts, another one, an auditor, and whom it is about."""
    for account in (VICTIM, BOSS, SECOND, AUDITOR):
        invited(house, account=account)
    for account in (BOSS, SECOND):
        granted(house, account, "administrator", None, actor="system/accounts")
    granted(house, AUDITOR, "auditor", actor="system/accounts")
    run_due_once(house.service, NOON)
    return house


def told(house, kind):
    """(channel, account) of the messages of a kind."""
    with house.service.database.reading() as connection:
        rows = messages(connection, frozenset({"*"}), limit=200)
    return sorted((row.channel, row.recipient_id) for row in rows if row.kind == kind)


def mails(house, folder):
    """What goes out now: (address, subject and text)."""
    before = set((folder / "outbox").glob("*.eml"))
    run_due_once(house.service, NOON)
    found = []
    for path in set((folder / "outbox").glob("*.eml")) - before:
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append((mail["To"], f"{mail['Subject']} {mail.get_content()}"))
    return found


def test_a_role_is_told_to_every_other_administrator_and_auditor(people):
    granted(people, VICTIM, "finance_controller")
    assert told(people, "role_given") == EVERYBODY
    page = people.as_reader(Role.administrator, account=SECOND, programme="*")
    said = page.get("/notifications/").text
    assert "Ana Primer gave Ana Primer the role finance controller" in said
    assert ("inbox", VICTIM) in told(people, "role_granted")


def test_whoever_holds_the_role_no_more_hears_nothing(people):
    granted(people, SECOND, "administrator", None, event="role_revoked")
    people.arrives(
        "accounts.account.closed.v1", f"account/{AUDITOR}", programme="-", account_id=AUDITOR
    )
    granted(people, VICTIM, "trainer")
    assert told(people, "role_given") == []


def test_what_the_system_grants_is_told_to_the_person_alone(people):
    granted(people, VICTIM, "trainer", actor="system/accounts")
    assert told(people, "role_given") == []


@pytest.mark.parametrize(
    ("ground", "owner", "said"),
    [
        ("link", "link_shown", "Ana Primer was shown a link for a new password of Ana Primer."),
        ("factors", None, "Ana Primer took the second factors of Ana Primer away."),
    ],
)
def test_what_lets_somebody_in_is_told_to_all_but_who_did_it(people, tmp_path, ground, owner, said):
    held(people, ground)
    assert told(people, "account_changed") == EVERYBODY
    if owner:
        assert told(people, owner) == [("inbox", VICTIM), ("mail", VICTIM)]
    facts = pack({"what": ground, "who": "Ana Primer", "by": "Ana Primer"})
    assert said in words("account_changed", facts, "en").body
    written = words("account_changed", facts, LANGUAGE_DEFAULT).paragraphs[0]
    assert sum(written in text for _, text in mails(people, tmp_path)) == 2


def test_the_old_address_is_told_that_there_is_a_new_one(people, tmp_path):
    sealed = {
        "display_name": ("identity", "Ana Primer"),
        "email": ("contact", "new@example.org"),
        "email_before": ("contact", "ana@example.org"),
    }
    people.arrives(
        "accounts.account.details_changed.v1",
        f"account/{VICTIM}",
        programme="-",
        actor=BOSS,
        account_id=VICTIM,
        sealed=(VICTIM, sealed),
    )
    assert told(people, "account_changed") == EVERYBODY
    assert told(people, "address_changed") == [
        ("inbox", VICTIM),
        ("mail", VICTIM),
        ("mail", VICTIM),
    ]
    about = words("address_changed", pack({}), LANGUAGE_DEFAULT).subject
    assert sorted(to for to, text in mails(people, tmp_path) if about in text) == [
        "ana@example.org",
        "new@example.org",
    ]


def test_a_changed_name_is_told_to_nobody(people):
    sealed = {
        "display_name": ("identity", "Ana Druga"),
        "email": ("contact", "ana@example.org"),
    }
    people.arrives(
        "accounts.account.details_changed.v1",
        f"account/{VICTIM}",
        programme="-",
        actor=BOSS,
        account_id=VICTIM,
        sealed=(VICTIM, sealed),
    )
    assert told(people, "account_changed") == told(people, "address_changed") == []


def test_a_linked_organisation_is_told_to_the_owner(people):
    people.arrives(
        "accounts.provider_link.made.v1",
        f"provider_link/{VICTIM}",
        programme="-",
        account_id=VICTIM,
        provider="ministry",
    )
    assert told(people, "provider_linked") == [("inbox", VICTIM), ("mail", VICTIM)]
    inbox = people.as_reader(Role.trainer, account=VICTIM).get("/notifications/").text
    assert "Your account can be signed in to by ministry" in inbox


def test_an_invitation_carries_its_link_by_mail_and_nowhere_else(house, tmp_path):
    link = "http://localhost:8000/accounts/activate/" + "s" * 43
    invited(house, account=VICTIM)
    mails(house, tmp_path)
    house.arrives(
        "accounts.account.invitation_renewed.v1",
        f"account/{VICTIM}",
        programme="-",
        account_id=VICTIM,
        expires_at=(NOON + timedelta(days=7)).isoformat(),
        sealed=(VICTIM, {"link": ("contact", link)}),
    )
    ((to, text),) = mails(house, tmp_path)
    assert to == "ana@example.org" and link in text.replace("\n", "")
    asker = house.as_reader(Role.administrator, account=BOSS, programme="*")
    assert "s" * 43 not in asker.get("/notifications/deliveries").text
    with house.service.database.reading() as connection:
        rows = messages(connection, frozenset({"*"}), limit=50)
    assert [row.facts for row in rows if row.kind == "account_invited"] == [None, None]
