"""Deciding second factors, and the codes that prove them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.accounts.factors.codes import (
    RECOVERY_CODES,
    STEP_SECONDS,
    address_of,
    in_groups,
    is_of_app,
    matching_step,
    new_recovery_codes,
    new_secret,
    normal,
    picture_of,
)
from services.accounts.factors.factors import (
    FACTORS,
    AddApp,
    AppAdded,
    AppRemoved,
    Factors,
    FactorsReset,
    MakeRecoveryCodes,
    RecoveryCodesMade,
    RemoveApp,
    ResetFactors,
)
from services.accounts.factors.pending import LENGTH, account_id_of, sealed_note
from shared.errors import Forbidden, Refused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
ACCOUNT_ID = "0192f000-0000-7000-8000-000000000001"
OTHER_ID = "0192f000-0000-7000-8000-000000000002"
BARE, WITH_APP = Factors(), Factors(app=True)
OWN: dict[str, Any] = {"by": "a1", "account_id": "a1", "now": NOW}


# RFC 6238, appendix B: the last six digits of the vectors for SHA-1.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(SECRET, code, moment, None) == seconds // STEP_SECONDS


def test_one_step_to_either_side_counts_and_no_more() -> None:
    moment, step = datetime.fromtimestamp(59, UTC), 59 // STEP_SECONDS
    around = {
        shift: matching_step(SECRET, "287082", moment + timedelta(seconds=30 * shift), None)
        for shift in (-1, 0, 1, 2, 3)
    }
    assert around == {-1: step, 0: step, 1: step, 2: None, 3: None}


def test_a_step_that_was_used_or_is_older_is_refused() -> None:
    moment, step = datetime.fromtimestamp(59, UTC), 59 // STEP_SECONDS
    assert matching_step(SECRET, "287082", moment, step - 1) == step
    assert matching_step(SECRET, "287082", moment, step) is None
    assert matching_step(SECRET, "287082", moment, step + 1) is None


@pytest.mark.parametrize("typed", ["", "28708", "2870821", "28708a", "２８７０８２", "-28708"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert matching_step(SECRET, typed, datetime.fromtimestamp(59, UTC), None) is None


def test_a_code_may_be_typed_with_spaces_and_strokes() -> None:
    assert normal(" 287 082 ") == "287082" and is_of_app("287082")
    assert normal("ABCDE-fgh23") == "abcdefgh23" and not is_of_app("abcdefgh23")


def test_secrets_and_recovery_codes_are_made_anew_each_time() -> None:
    first, second = new_recovery_codes(), new_recovery_codes()
    assert len(set(first) | set(second)) == 2 * RECOVERY_CODES
    assert {len(normal(one)) for one in first} == {10}
    assert new_secret() != new_secret() and len(new_secret()) == 32
    assert in_groups("ABCDEFGH") == "ABCD EFGH"


def test_apps_read_whose_secret_it_is() -> None:
    address = address_of(SECRET, account="ana@example.org", installation="zanat")
    assert address.startswith("otpauth://totp/zanat:ana%40example.org?secret=" + SECRET)
    assert picture_of(address).startswith("data:image/svg+xml")


def test_only_its_owner_adds_and_removes_an_app() -> None:
    assert FACTORS.decide(BARE, AddApp(**OWN)) == (AppAdded(account_id="a1"),)
    assert FACTORS.decide(WITH_APP, RemoveApp(**OWN)) == (AppRemoved(account_id="a1"),)
    assert FACTORS.decide(BARE, RemoveApp(**OWN)) == ()
    for command in (AddApp, RemoveApp, MakeRecoveryCodes):
        with pytest.raises(Forbidden):
            FACTORS.decide(WITH_APP, command(by="a2", account_id="a1", now=NOW))


def test_an_account_has_one_app() -> None:
    with pytest.raises(Refused) as refused:
        FACTORS.decide(WITH_APP, AddApp(**OWN))
    assert refused.value.code == "app-there"


def test_recovery_codes_stand_in_for_a_factor() -> None:
    with pytest.raises(Refused):
        FACTORS.decide(BARE, MakeRecoveryCodes(**OWN))
    made = (RecoveryCodesMade(account_id="a1"),)
    assert FACTORS.decide(WITH_APP, MakeRecoveryCodes(**OWN)) == made
    assert FACTORS.decide(BARE, MakeRecoveryCodes(**OWN, passkeys=1)) == made


def test_only_somebody_else_resets() -> None:
    other: dict[str, Any] = {"by": "a2", "account_id": "a1", "now": NOW}
    assert FACTORS.decide(WITH_APP, ResetFactors(**other)) == (FactorsReset(account_id="a1"),)
    assert FACTORS.decide(BARE, ResetFactors(**other, passkeys=1)) == (
        FactorsReset(account_id="a1"),
    )
    assert FACTORS.decide(BARE, ResetFactors(**other)) == ()
    with pytest.raises(Forbidden):
        FACTORS.decide(WITH_APP, ResetFactors(**OWN))
    assert FACTORS.fold([AppAdded(account_id="a1"), FactorsReset(account_id="a1")]) == BARE


def note(**changed: str) -> str:
    given = {"purpose": "sign-in", "account_id": ACCOUNT_ID, "kept": "hash"} | changed
    return sealed_note(b"secret", given["purpose"], given["account_id"], given["kept"], NOW)


def test_the_note_between_password_and_code_is_of_its_account() -> None:
    def kept(account_id: str) -> str | None:
        return {ACCOUNT_ID: "hash", OTHER_ID: "hash"}.get(account_id)

    def whose(text: str, *, purpose: str = "sign-in", after: timedelta = timedelta()) -> str | None:
        return account_id_of(b"secret", purpose, text, kept, NOW + after)

    good = note()
    assert whose(good) == ACCOUNT_ID
    assert whose(good, after=LENGTH - timedelta(seconds=1)) == ACCOUNT_ID
    assert whose(good, after=LENGTH) is None
    assert whose(note(purpose="something else")) is None
    assert whose(good, purpose="something else") is None
    assert whose(note(kept="a password of before")) is None
    assert whose(good.replace(ACCOUNT_ID, OTHER_ID)) is None
    account_id, ends, mark = good.split(".")
    assert whose(f"{account_id}.{int(ends) + 60}.{mark}") is None
    assert account_id_of(b"another", "sign-in", good, kept, NOW) is None
    for text in ("", "..", "a.b.c", f"{ACCOUNT_ID}..", "x" * 500, good + ".x", good.upper()):
        assert whose(text) is None
