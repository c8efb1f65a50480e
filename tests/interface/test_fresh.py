"""What needs a second factor that was just proved asks for it, over all services."""

from __future__ import annotations

from typing import Final

import pytest

from shared.access.permissions import FRESH, TABLE
from shared.access.roles import PUBLIC, SIGNED_IN
from shared.settings import SERVICES
from shared.web.access import READING, asks_fresh, permission_of

from .home import Home

every_service = pytest.mark.parametrize("service", SERVICES)

FILES: Final = (".csv", ".zip", "/file", "/api/v1/evidence")
"""How addresses end that give data out by only being read."""

NOT_FRESH: Final = {
    # Sealed bytes: what a log is made of, for programs that watch it.
    "GET /audit/api/v1/entries/<source>/<int:position>/bytes",
    # In a hurry, nothing may stand before taking a key away.
    "POST /accounts/api/v1/programs/<account_id>/keys/<key_id>/revoke",
    "POST /accounts/programs/<account_id>/keys/<key_id>/revoke",
}
"""Routes of such permissions that ask for nothing more, and why."""


def found(home: Home, service: str) -> list[tuple[str, str, str, bool]]:
    """(method, rule, permission, whether it asks for a fresh factor) of every route."""
    app = home.apps[service]
    return [
        (
            method,
            rule.rule,
            str(permission_of(app, rule.endpoint, method)),
            asks_fresh(app, rule.endpoint, method),
        )
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_only_known_permissions_are_listed() -> None:
    assert set(FRESH) <= set(TABLE)


@every_service
def test_what_does_more_than_read_asks_for_a_fresh_factor(home: Home, service: str) -> None:
    missing = [
        f"{method} {rule}"
        for method, rule, permission, fresh in found(home, service)
        if permission in FRESH and not fresh and (method not in READING or rule.endswith(FILES))
    ]
    assert set(missing) - NOT_FRESH == set()


@every_service
def test_whatever_asks_for_it_is_listed_or_ones_own(home: Home, service: str) -> None:
    unlisted = [
        f"{method} {rule}: {permission}"
        for method, rule, permission, fresh in found(home, service)
        if fresh and permission not in FRESH and permission != SIGNED_IN
    ]
    assert unlisted == []
    public = [fresh for _, _, permission, fresh in found(home, service) if permission == PUBLIC]
    assert not any(public)


def test_money_people_and_roles_are_among_them(home: Home) -> None:
    """The promise itself, so that an empty table fails too."""
    asked = {
        f"{method} {rule}"
        for service in SERVICES
        for method, rule, _, fresh in found(home, service)
        if fresh
    }
    assert asked >= {
        "POST /grants/payments/<payment_id>/release",
        "POST /grants/api/v1/payments/<payment_id>/release",
        "POST /grants/batches/<batch_id>/release",
        "POST /grants/api/v1/batches/<batch_id>/release",
        "GET /grants/batches/<batch_id>/file",
        "POST /accounts/staff/<account_id>/roles",
        "POST /accounts/staff/<account_id>/roles/revoke",
        "POST /accounts/staff/<account_id>/suspend",
        "POST /accounts/staff/<account_id>/close",
        "GET /audit/entries.csv",
        "GET /audit/api/v1/entries.csv",
        "GET /audit/evidence.zip",
    }
