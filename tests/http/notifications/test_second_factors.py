"""Whose second factors changed is told of it, in the inbox and by mail."""

from __future__ import annotations

import pytest

from shared.access.roles import Role

from .test_messages import invited

ACCOUNT = "a9"


def kinds(house) -> list[tuple[str, str]]:
    asker = house.as_reader(Role.auditor, programme="*")
    items = asker.get("/notifications/api/v1/messages").json["items"]
    return sorted((one["kind"], one["channel"]) for one in items if one["kind"][:6] == "factor")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("factors.app_added", "factor_added", "Your account has a new second factor"),
        ("passkeys.added", "factor_added", "Your account has a new second factor"),
        ("factors.reset", "factors_reset", "The second factors of your account were taken away"),
    ],
)
def test_the_owner_is_told(house, name, kind, words):
    invited(house, account=ACCOUNT)
    subject = f"{name.split('.')[0]}/{ACCOUNT}"
    house.arrives(f"accounts.{name}.v1", subject, programme="-", account_id=ACCOUNT)
    assert kinds(house) == [(kind, "inbox"), (kind, "mail")]
    inbox = house.as_reader(Role.trainer, account=ACCOUNT).get("/notifications/").text
    assert words in inbox


def test_what_a_reset_takes_along_is_not_told_one_by_one(house):
    invited(house, account=ACCOUNT)
    for name in ("passkeys.removed", "factors.reset"):
        subject = f"{name.split('.')[0]}/{ACCOUNT}"
        # ``arrives`` has somebody else act.
        house.arrives(f"accounts.{name}.v1", subject, programme="-", account_id=ACCOUNT)
    assert kinds(house) == [("factors_reset", "inbox"), ("factors_reset", "mail")]
